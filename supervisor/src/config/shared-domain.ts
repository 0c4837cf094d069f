// Whether two hosts belong to one domain that somebody registered. Pure.

/** Words below which registries of countries sell, as in `co.uk`. The whole list is long and changes (publicsuffix.org). */
const SOLD = /^(?:ac|co|com|edu|gov|net|or|org)$/;

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
  const [country = '', second = ''] = labels.toReversed();
  const length = country.length === 2 && SOLD.test(second) ? 3 : 2;
  return labels.slice(-length).join('.');
}
