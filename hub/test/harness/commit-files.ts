// Commits files of any bytes over the API, where a test needs more than texts.
import assert from 'node:assert/strict';
import { type ServedHub } from './served-hub.ts';

/** Commits the files to the main branch of a model. */
export async function commitFiles(
  hub: ServedHub,
  wish: {
    readonly repo: string;
    readonly token: string;
    readonly files: Readonly<Record<string, Uint8Array | string>>;
  },
): Promise<void> {
  const header = { key: 'header', value: { summary: 'Add files' } };
  const files = Object.entries(wish.files).map(([path, content]) => ({
    key: 'file',
    value: { path, content: Buffer.from(content).toString('base64'), encoding: 'base64' },
  }));
  const answer = await fetch(`${hub.url}/api/models/${wish.repo}/commit/main`, {
    method: 'POST',
    headers: { authorization: `Bearer ${wish.token}`, 'content-type': 'application/x-ndjson' },
    body: [header, ...files].map((line) => JSON.stringify(line)).join('\n'),
  });
  assert.equal(answer.status, 200, await answer.text());
}
