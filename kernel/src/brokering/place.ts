// Where a credential belongs in a request. Pure.

/** The only place at which a value may stand; it is the whole of what stands there. */
export type Place =
  /** A header whose whole value is the template with `{}` replaced. */
  | { readonly in: 'header'; readonly name: string; readonly template: string }
  /** Name or password of HTTP's Basic scheme. */
  | { readonly in: 'basic'; readonly part: 'user' | 'password' }
  /** A parameter of the query, whose whole value it is. */
  | { readonly in: 'query'; readonly name: string }
  /** It signs: AWS Signature Version 4 in headers. The access key is public; empty: the one that the request names. */
  | { readonly in: 'aws-signature'; readonly accessKeyId: string };

/** `Authorization: Bearer …`. */
export const BEARER: Place = { in: 'header', name: 'authorization', template: 'Bearer {}' };
/** The password of Basic, as git sends a token. */
export const PASSWORD: Place = { in: 'basic', part: 'password' };
/** The name of Basic. */
export const USER: Place = { in: 'basic', part: 'user' };

/** A header that holds nothing else. */
export function header(name: string, template = '{}'): Place {
  return { in: 'header', name, template };
}
