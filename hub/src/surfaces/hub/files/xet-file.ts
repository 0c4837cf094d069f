// How the address of a file says that it can be put together from chunks, and where.
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Visit } from '#modules/content';
import { type Scopes } from '#modules/xet';
import { casUrlOf, tokenUrlOf } from '../../xet/addresses.ts';
import { CORS_HEADERS } from '../../http/file-headers.ts';
import { type PlannedFile } from '../../http/answer-plan.ts';

/** What the headers need. */
export interface XetFileDeps {
  readonly scopes: Scopes;
}

/** The file as the protocol names it. */
export interface XetFile {
  readonly hash: string;
  readonly refreshUrl: string;
  readonly casUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

const MEDIA_TYPE = 'application/vnd.xet-fileinfo+json';

/** Says that a file of a visit can be put together from chunks. */
export async function xetHeaders(
  { scopes }: XetFileDeps,
  { baseUrl }: { readonly baseUrl: string },
  file: { readonly visit: Visit; readonly hash: string },
): Promise<XetFile> {
  const { hash, visit } = file;
  const casUrl = casUrlOf(baseUrl, await scopes.of(visit.repo));
  const refreshUrl = tokenUrlOf(baseUrl, visit.repo, { act: 'read', revision: visit.commit });
  const links = [
    `<${refreshUrl}>; rel="xet-auth"`,
    `<${casUrl}/v1/reconstructions/${hash}>; rel="xet-reconstruction-info"`,
  ];
  return { hash, refreshUrl, casUrl, headers: { 'X-Xet-Hash': hash, Link: links.join(', ') } };
}

/** Whether a caller wants to know how to put the file together rather than its bytes. */
export function asksForXet({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes(MEDIA_TYPE) === true;
}

/** Answers how to put the file together; older clients read the body, newer ones the headers. */
export function sendXetFile(response: ServerResponse, xet: XetFile, file: PlannedFile): void {
  const { hash, refreshUrl, casUrl } = xet;
  const body = JSON.stringify({ hash, size: file.size, etag: file.etag, refreshUrl, casUrl });
  const headers = {
    ...CORS_HEADERS,
    ...file.headers,
    ETag: file.etag,
    Vary: 'Origin, Authorization, Accept',
  };
  response.writeHead(200, {
    ...headers,
    'Content-Type': MEDIA_TYPE,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
