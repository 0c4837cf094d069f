// Whether two hosts belong to one domain that somebody registered. Pure.

/** Names below which registries of countries sell. The whole list is long and changes (publicsuffix.org). */
const SOLD =
  /^(?:(?:ac|co|gov|org)\.uk|com\.(?:ar|au|br|cn|co|hk|mx|my|pe|ph|sg|tr|tw|ua|vn)|co\.(?:id|il|in|jp|kr|ke|nz|th|za)|ac\.(?:at|il|in|jp|kr|nz|th|za))$/;

/**
 * Whether a page of one host could set cookies for the other (RFC 6265, section 4.1.2.3): both lie below one registered
 * domain. Where it is not sure they are said to.
 */
export function shareDomain(one: string, other: string): boolean {
  return domainOf(one) === domainOf(other) && domainOf(one) !== 'localhost';
}

function domainOf(host: string): string {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  if (labels.at(-1) === 'localhost') return 'localhost';
  return labels.slice(SOLD.test(labels.slice(-2).join('.')) ? -3 : -2).join('.');
}

/** Whether a host looks like that of a Space: what is asked of it would be answered by a Space. */
export function isBelow(host: string, domain: string): boolean {
  return host.toLowerCase().endsWith(`.${domain.toLowerCase()}`);
}
