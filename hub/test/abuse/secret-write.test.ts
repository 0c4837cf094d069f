// A value that is set as a secret is not to be found behind the vault: not in what the hub keeps, logs, or has in its memory, whether
// it was kept, refused by the vault, or never taken at all.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { startInstance, type Instance } from '../harness/instance.ts';
import { isInMemory } from '../harness/processes.ts';

const SPACE = 'admin/keeper';

async function send(
  instance: Instance,
  { token, body, method = 'POST' }: { token: string; body: string; method?: string },
): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${instance.url}/api/spaces/${SPACE}/secrets`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

async function makeSpace(instance: Instance, token: string): Promise<void> {
  const answer = await fetch(`${instance.url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'space', name: 'keeper', sdk: 'gradio', private: false }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

/** Files of the data folder that hold the text. */
async function filesWith(instance: Instance, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(instance.data, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const where = path.join(entry.parentPath, entry.name);
    // What goes while it is looked at holds nothing any more.
    const bytes = await readFile(where).catch(() => Buffer.alloc(0));
    if (bytes.includes(text)) found.push(path.relative(instance.data, where));
  }
  return found;
}

void test('nothing of a value is left in the hub, whatever becomes of it', async () => {
  await using instance = await startInstance();
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const reader = await instance.createToken({ user: 'admin', role: 'read' });
  await makeSpace(instance, token);
  const fresh = (): string => `needle-${randomBytes(24).toString('hex')}`;
  const [kept, invalid, unread, tooLarge, notJson] = [fresh(), fresh(), fresh(), fresh(), fresh()];
  const wrong = { key: 'B', value: invalid, hosts: ['127.0.0.1'] };
  const sent = [
    [200, kept, await send(instance, { token, body: JSON.stringify({ key: 'A', value: kept }) })],
    [400, invalid, await send(instance, { token, body: JSON.stringify(wrong) })],
    [403, unread, await send(instance, { token: reader, body: JSON.stringify({ key: 'C', value: unread }) })],
    [413, tooLarge, await send(instance, { token, body: tooLarge.padEnd(300_000, tooLarge) })],
    [400, notJson, await send(instance, { token, body: `{"key": "D", "value": ${notJson}` })],
  ] as const;
  for (const [status, needle, answer] of sent) {
    assert.equal(answer.status, status, answer.text);
    assert.ok(!answer.text.includes(needle));
  }
  // Others call meanwhile: the one buffer into which Node reads the line holds what came last until something as long comes.
  for (let n = 0; n < 5; n += 1)
    await fetch(`${instance.url}/api/models/${SPACE}/preupload/main`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ files: [], more: 'x'.repeat(300_000) }),
    });
  const hub = await instance.hubPid();
  const where: string[] = [];
  for (const [status, needle] of sent) {
    if (await isInMemory(hub, needle)) where.push(`the hub's memory: ${status}`);
    where.push(...(await filesWith(instance, needle)));
    assert.ok(!instance.output.includes(needle));
  }
  assert.deepEqual(where, []);
});
