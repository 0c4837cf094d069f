// How the label of a Space looks in a host name. The database gives them (`migrations/0001-spaces.ts`). Pure.

/** Whether a text can be a label: of a host name (RFC 1123), without the double hyphen of encoded names (RFC 5890). */
export function isLabel(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text) && !text.includes('--');
}
