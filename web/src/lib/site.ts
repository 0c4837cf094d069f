// Where the hub is for this browser, as passkeys name it.

/** Origin and host of a page. */
export function siteOf({ origin, hostname }: URL): { readonly origin: string; readonly host: string } {
  return { origin, host: hostname };
}
