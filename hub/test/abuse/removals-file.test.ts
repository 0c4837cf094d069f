// Somebody who can write the hub's disk changes what was revoked while the database was away: it is found out, said, and
// nobody is served until the operator has seen it.
import assert from 'node:assert/strict';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { entriesOf, issue, openPlace, statusOf } from '../harness/stopped-database.ts';

const LIMIT = { timeout: 300_000 };

void test('a file of removals that somebody changed seals the instance, and is said', LIMIT, async (t) => {
  await using opened = new AsyncDisposableStack();
  const { scratch, server, start } = await openPlace(opened);
  const file = path.join(scratch.path, 'a', 'data', 'removals', 'removals');
  const before = path.join(scratch.path, 'before');
  let [first, second, kept] = [
    { id: '', token: '' },
    { id: '', token: '' },
    { id: '', token: '' },
  ];
  {
    const a = await start('a');
    [first, second, kept] = [await issue(a, 'first'), await issue(a, 'second'), await issue(a, 'kept')];
    await server.server.stop('SIGINT');
    await a.admin('token', 'revoke', first.id);
    await copyFile(file, before);
    await a.admin('token', 'revoke', second.id);
    await a.crash();
  }
  await delay(500);
  const whole = await readFile(file);
  await server.server.start();

  for (const [how, change, flaw] of [
    ['the last record is cut off', async () => await copyFile(before, file), 'cut'],
    [
      'a record names another token',
      async () => await writeFile(file, whole.toString('latin1').replace(second.id, kept.id), 'latin1'),
      'altered',
    ],
    ['the file is gone', async () => await rm(file), 'emptied'],
  ] as const)
    await t.test(how, async () => {
      await change();
      await using a = await start('a');
      assert.match(a.output, new RegExp(`sealed.*${flaw}`, 's'));
      assert.equal(await statusOf(a, kept.token), 503);
      await a.admin('token', 'list', '--user', 'admin');
    });

  await t.test('the operator revokes again, and takes the loss for granted', async () => {
    {
      await using a = await start('a');
      await a.admin('token', 'revoke', second.id);
    }
    await using a = await start('a', { words: ['--accept-loss'] });
    assert.equal(await statusOf(a, kept.token), 200);
    for (const { token } of [first, second]) assert.equal(await statusOf(a, token), 401);
    const kinds = (await entriesOf(server, 'instance:%')).map(({ kind }) => kind);
    assert.ok(kinds.includes('instance.sealed') && kinds.includes('instance.loss-accepted'));
  });
  await using again = await start('a');
  assert.equal(await statusOf(again, kept.token), 200, 'and it is over');
});
