// Whether a form was sent by one of our own pages. Browsers say where a request comes from, and pages cannot forge it.

/** What a browser says of where a request comes from. */
export interface RequestOrigin {
  readonly origin: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

/**
 * Whether a request that changes something comes from a page of this hub. Both headers must agree where both are there,
 * and one must be: a page elsewhere that has a form sent here (cross-site request forgery) is refused also by a browser
 * whose cookies went along.
 */
export function isFromOwnPage(headers: RequestOrigin, baseUrl: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin === undefined && site === undefined) return false;
  if (origin !== undefined && origin !== new URL(baseUrl).origin) return false;
  return site === undefined || site === 'same-origin';
}
