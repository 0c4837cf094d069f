// Every refusal of the hub has words in each language, or is one that programs alone meet.
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { FILE_REFUSALS, OTHER_REFUSALS } from '@holdfast/web/src/lib/words/refusal-codes.ts';
import { ROOT } from '../../harness/program.ts';

const DEFINED = /defineFault\(\s*'[a-z-]+',\s*'([a-z0-9.-]+)'/g;
/** Made by a page itself, not by the hub. */
const OF_PAGES: readonly string[] = ['page.no-small-text'];
/** Of the API, of the operator and of protocols that browsers do not speak. */
const OF_PROGRAMS: readonly string[] = [
  'blob.cursor-invalid',
  'application.scope-missing',
  'commit.no-pull-requests',
  'history.too-large',
  'lfs.hash-unsupported',
  'lfs.locks-unsupported',
  'mail.unsendable',
  'object.malformed',
  'ops.not-ready',
  'page.not-built',
  'ref.conflicts',
  'ref.exists',
  'repo.replay-unsealed',
  'repo.secrets-come-later',
  'repo.storage-forbidden',
  'repo.visibility-contradicts',
  'request.app-unknown',
  'request.expand-invalid',
  'request.host-refused',
  'request.operator-only',
  'request.pages-elsewhere',
  'space.operator-only',
  'token.address-refused',
  'xet.access-ended',
  'xet.access-expired',
  'xet.access-invalid',
  'xet.access-narrow',
  'xet.access-outdated',
  'xet.chunk-missing',
  'xet.fetch-ended',
  'xet.fetch-expired',
  'xet.fetch-invalid',
  'xet.file-name-differs',
  'xet.file-too-large',
  'xet.scope-missing',
  'xet.sha256-differs',
  'xet.sha256-missing',
  'xet.shard-invalid',
  'xet.shard-too-large',
  'xet.shard-too-much',
  'xet.shards-too-many',
  'xet.window-too-large',
  'xet.xorb-invalid',
  'xet.xorb-missing',
  'xet.xorb-name-differs',
];

async function listDefined(): Promise<string[]> {
  const codes: string[] = [];
  for await (const file of glob('{hub,platform,kernel}/src/**/*.ts', { cwd: ROOT })) {
    if (file.endsWith('.test.ts')) continue;
    const text = await readFile(path.join(ROOT, file), 'utf8');
    codes.push(...[...text.matchAll(DEFINED)].map(([, code]) => code ?? ''));
  }
  return codes;
}

void test('every refusal in the code is one of pages or one of programs, and none is both', async () => {
  const listed = [...FILE_REFUSALS, ...OTHER_REFUSALS, ...OF_PROGRAMS];
  assert.equal(new Set(listed).size, listed.length, 'one is listed twice');
  const defined = await listDefined();
  assert.ok(defined.length > 150, 'the code was read');
  assert.deepEqual(
    defined.filter((code) => !listed.includes(code)),
    [],
    'in no list',
  );
  assert.deepEqual(
    listed.filter((code) => !defined.includes(code) && !OF_PAGES.includes(code)),
    [],
    'nowhere in the code',
  );
});
