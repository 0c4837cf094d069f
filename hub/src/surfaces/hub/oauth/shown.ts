// How an application shows at the token endpoint who it is (RFC 6749, 2.3). Pure.

/** Who it says it is, and the secret it shows. */
export interface ShownClient {
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
}

/** One field of a body; what stands there twice, or is no text, is none. */
export function fieldOf(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  return typeof value === 'string' ? value : undefined;
}

/** What is shown, in the header or in the body; `undefined` where it is in both, or says two things. */
export function clientIn(
  authorization: string | undefined,
  body: Readonly<Record<string, unknown>>,
): ShownClient | undefined {
  const said = { clientId: fieldOf(body, 'client_id'), secret: fieldOf(body, 'client_secret') };
  const [scheme = '', encoded = ''] = (authorization ?? '').split(' ', 2);
  // A token of the API is no way to be an application: whoever sends one along is as any other.
  if (scheme.toLowerCase() !== 'basic') return said;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const at = pair.indexOf(':');
  const [clientId, secret] = [decoded(pair.slice(0, Math.max(0, at))), decoded(pair.slice(at + 1))];
  if (said.secret !== undefined || (said.clientId !== undefined && said.clientId !== clientId))
    return undefined;
  return { clientId, secret };
}

function decoded(text: string): string {
  return new URLSearchParams(`a=${text.replaceAll('&', '%26')}`).get('a') ?? '';
}
