// Which host a Space has: every way to give, change, or take over a name.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from 'kysely';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { askSite } from '../../harness/site.ts';

const SPACE = {
  type: 'space',
  visibility: 'public',
  sdk: 'static',
  files: { 'index.html': 'here' },
} as const;

async function labelOf(hub: ServedHub, id: string): Promise<string> {
  const { text } = await hub.addToken(id.split('/')[0] ?? '', 'read');
  const answer = await fetch(`${hub.url}/api/spaces/${id}/host`, {
    headers: { authorization: `Bearer ${text}` },
  });
  const { subdomain, host } = (await answer.json()) as { subdomain: string; host: string };
  assert.equal(host, `http://${subdomain}.localhost:${hub.port}`);
  return subdomain;
}

async function call(
  hub: ServedHub,
  token: string,
  what: { method: string; path: string; body: object },
): Promise<void> {
  const answer = await fetch(`${hub.url}/api/${what.path}`, {
    method: what.method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(what.body),
  });
  assert.equal(answer.status, 200, await answer.text());
}

void test('names that look alike in a host get labels of their own', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ann');
  await hub.addUser('ann-b');
  await hub.addRepo('ann/b-c', SPACE);
  await hub.addRepo('ann-b/c', SPACE);
  await hub.addRepo('ann/b.C', SPACE);
  await hub.addRepo(`ann/${'x'.repeat(96)}`, SPACE);
  await hub.addRepo('ann/_', SPACE);
  assert.equal(await labelOf(hub, 'ann/b-c'), 'ann-b-c');
  assert.match(await labelOf(hub, 'ann-b/c'), /^ann-b-c-[0-9a-f]{8}$/);
  assert.match(await labelOf(hub, 'ann/b.C'), /^ann-b-c-[0-9a-f]{8}$/);
  assert.notEqual(await labelOf(hub, 'ann/b.C'), await labelOf(hub, 'ann-b/c'));
  await hub.addRepo('ann-b/lone', SPACE);
  assert.match(
    await labelOf(hub, 'ann-b/lone'),
    /^ann-b-lone-[0-9a-f]{8}$/,
    'whether or not there is another',
  );
  assert.match(await labelOf(hub, `ann/${'x'.repeat(96)}`), /^ann-x{59}$/);
  assert.match(await labelOf(hub, 'ann/_'), /^ann-[0-9a-f]{8}$/);
});

void test('the label of a name that a Space left leads to where it is now', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ann');
  await hub.addRepo('ann/old', SPACE);
  await call(hub, token, {
    method: 'POST',
    path: 'repos/move',
    body: { type: 'space', fromRepo: 'ann/old', toRepo: 'ann/new' },
  });
  assert.equal(await labelOf(hub, 'ann/new'), 'ann-new');
  const bearer = { authorization: `Bearer ${token}` };
  const old = await askSite(hub, { label: 'ann-old', path: '/a?b' }, bearer);
  assert.deepEqual([old.status, old.headers['location']], [303, `http://ann-new.localhost:${hub.port}/a?b`]);
  await call(hub, token, {
    method: 'POST',
    path: 'repos/move',
    body: { type: 'space', fromRepo: 'ann/new', toRepo: 'ann/old' },
  });
  assert.equal(await labelOf(hub, 'ann/old'), 'ann-old');
});

void test('a label outlives its Space, and goes to none of another namespace', async () => {
  await using hub = await openServedHub();
  const ann = await hub.addUser('ann');
  await hub.addUser('ann-b');
  await hub.addRepo('ann/b-c', SPACE);
  await call(hub, ann, { method: 'DELETE', path: 'repos/delete', body: { type: 'space', name: 'b-c' } });
  const bearer = { authorization: `Bearer ${ann}` };
  assert.equal((await askSite(hub, { label: 'ann-b-c', path: '/' }, bearer)).status, 404);
  await hub.addRepo('ann-b/c', SPACE);
  assert.match(await labelOf(hub, 'ann-b/c'), /^ann-b-c-[0-9a-f]{8}$/);
  await hub.addRepo('ann/b-c', SPACE);
  assert.equal(await labelOf(hub, 'ann/b-c'), 'ann-b-c');
});

void test('the role of the hub cannot give labels', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ann');
  const { id } = await hub.addRepo('ann/demo', SPACE);
  const { db } = hub.modules;
  for (const statement of [
    sql`update spaces.label set repo_id = ${id}`,
    sql`delete from spaces.label`,
    sql`insert into spaces.label select 'x-y', namespace_id, repo_id, false from spaces.label`,
    sql`select spaces.give_label(r) from repos.repo r`,
  ])
    await assert.rejects(
      db.transaction(async (tx) => await statement.execute(tx.withTables())),
      /permission denied/,
    );
});
