// The headers that every file response carries. Pure.
import { contentDisposition } from './content-disposition.ts';
import { contentTypeOf } from './content-type.ts';

/** What a script of another origin may read of an answer. */
export const EXPOSED_HEADERS = [
  'X-Repo-Commit',
  'X-Request-Id',
  'X-Error-Code',
  'X-Error-Message',
  'X-HF-Warning',
  'X-Total-Count',
  'ETag',
  'Link',
  'Accept-Ranges',
  'Content-Range',
  'Content-Disposition',
  'X-Linked-Size',
  'X-Linked-ETag',
  'X-Xet-Hash',
  'X-Xet-Refresh-Route',
  'X-Xet-Cas-Url',
  'X-Xet-Access-Token',
  'X-Xet-Token-Expiration',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
].join(', ');

/**
 * Lets scripts of any origin read an answer. Never together with `Access-Control-Allow-Credentials`: who asks from
 * another site has to bring a token of their own, and cannot use the cookies of whoever looks at that site.
 */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': EXPOSED_HEADERS,
};

/** Headers of a file of this path that keep it from acting as this site. */
export function fileHeaders(path: string): Record<string, string> {
  const { contentType, disposition } = contentTypeOf(path);
  return {
    ...CORS_HEADERS,
    Vary: 'Origin, Authorization',
    'Content-Type': contentType,
    'Content-Disposition': contentDisposition(path, disposition),
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': 'sandbox',
    'Accept-Ranges': 'bytes',
  };
}
