// Many large commits at once: the server's memory does not grow with them, and each is stored whole.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import test from 'node:test';
import { MiB } from '@holdfast/kernel/size';
import { startInstance } from '../harness/instance.ts';
import { peakWhile } from '../harness/memory.ts';
import { residentBytes } from '../harness/processes.ts';

const MOST_GROWTH = 150 * MiB;
const REPOS = 3;
const FILES = 10;
const SIZE = 9_999_999;

void test('commits of 100 MB each at once keep the server within 150 MiB of idle', async () => {
  await using instance = await startInstance();
  const headers = { authorization: `Bearer ${await instance.createToken({ user: 'admin', role: 'write' })}` };
  const names = Array.from({ length: REPOS }, (_, n) => `r${n}`);
  for (const name of names) {
    const made = await fetch(`${instance.url}/api/repos/create`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ name, type: 'model', private: true }),
    });
    assert.equal(made.status, 200, await made.text());
  }
  const digests = new Map<string, string>();
  const pid = await instance.hubPid();
  const idle = await residentBytes(pid);
  const peak = await peakWhile(pid, async () => {
    await Promise.all(
      names.map((name) => commit(`${instance.url}/api/models/admin/${name}/commit/main`, headers, digests)),
    );
  });
  const said = `${Math.round(idle / MiB)} MiB idle, ${Math.round(peak / MiB)} MiB at most`;
  assert.ok(peak - idle < MOST_GROWTH, said);
  for (const name of names) {
    const answer = await fetch(`${instance.url}/admin/${name}/resolve/main/f7.txt`, { headers });
    const digest = createHash('sha256')
      .update(await answer.bytes())
      .digest('hex');
    assert.equal(digest, digests.get(`${instance.url}/api/models/admin/${name}/commit/main f7.txt`));
  }
});

async function commit(
  url: string,
  headers: Record<string, string>,
  digests: Map<string, string>,
): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: linesOf(url, digests),
    duplex: 'half',
  });
  assert.equal(answer.status, 200, await answer.text());
}

async function* linesOf(url: string, digests: Map<string, string>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${JSON.stringify({ key: 'header', value: { summary: 'large' } })}\n`);
  for (let n = 0; n < FILES; n += 1) {
    const text = randomBytes(SIZE).toString('base64').slice(0, SIZE);
    digests.set(`${url} f${n}.txt`, createHash('sha256').update(text).digest('hex'));
    const content = Buffer.from(text).toString('base64');
    yield await Promise.resolve(
      Buffer.from(
        `${JSON.stringify({ key: 'file', value: { content, path: `f${n}.txt`, encoding: 'base64' } })}\n`,
      ),
    );
  }
}
