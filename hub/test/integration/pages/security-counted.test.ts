// Charts and figures of the security centre where more happened than is counted: they say so, and since when they count.
import assert from 'node:assert/strict';
import test from 'node:test';
import { record } from '../../../src/modules/ledger/index.ts';
import { openProgramHub, type ProgramHub } from '../../harness/program-hub.ts';
import { OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { withPool } from '../../harness/shared-server.ts';
import { PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

/** More entries of each kind than are counted, by one; the first was this long ago. */
const MORE = 50_001;
const HOURS_AGO = 20;
const KINDS = ['session.begun', 'refusal.noted', 'space.egress-refused', 'secret.used'];

/** A Space of acme that runs a program; gives its id. */
async function addBoard(hub: ServedHub): Promise<string> {
  const { text } = await hub.addToken('carla', 'write');
  const headers = { authorization: `Bearer ${text}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ type: 'space', name: 'board', organization: 'acme', sdk: 'gradio' });
  const made = await fetch(`${hub.url}/api/repos/create`, { method: 'POST', headers, body });
  assert.equal(made.status, 200, await made.text());
  const answer = await fetch(`${hub.url}/api/spaces/acme/board`, { headers });
  return ((await answer.json()) as { readonly _id: string })._id;
}

/** One entry of each kind, about the Space where it is about one. */
async function happen({ hub }: ProgramHub, space: string): Promise<void> {
  const by = { actor: 'anonymous', credential: '', body: {} };
  await hub.database.db.transaction(async (tx) => {
    await record(tx, { ...by, kind: 'session.begun', subject: 'user:1' });
    await record(tx, { ...by, kind: 'refusal.noted', subject: 'instance', body: { code: 'x', count: 1 } });
    await record(tx, { ...by, kind: 'space.egress-refused', subject: `repo:${space}`, body: { count: 1 } });
  });
}

/** As many more of each, a second apart. */
async function happenOften({ hub }: ProgramHub, space: string): Promise<void> {
  await withPool(hub.database.superuser, async (pool) => {
    await pool.query('begin; set local session_replication_role = replica');
    await pool.query(
      `insert into ledger.entry select made.*
         from (select * from ledger.entry where kind = 'refusal.noted' limit 1) e,
              unnest($2::text[]) with ordinality as of_kind (k, o), generate_series(1, $3::int) g,
              lateral jsonb_populate_record(null::ledger.entry, to_jsonb(e) || jsonb_build_object(
                'hash', encode(sha256((k || g)::text::bytea), 'hex'), 'n', 1000000 + o * 100000 + g, 'kind', k,
                'subject', case when k in ('space.egress-refused', 'secret.used') then $4::text else e.subject end,
                'body', '{"run":"ffffffff"}', 'at', now() - $1::int * interval '1 hour' + g * interval '1 second')) as made`,
      [HOURS_AGO, KINDS, MORE, `repo:${space}`],
    );
    await pool.query('commit');
  });
}

void test('charts and figures say where more happened than is counted', async () => {
  await using opened = await openProgramHub();
  const { hub } = opened;
  for (const [name, administrator] of [
    ['boss', true],
    ['carla', false],
  ] as const)
    await hub.modules.identity.createUser(OPERATOR, {
      ...{ name, email: `${name}@example.org`, administrator, password: PASSWORD },
    });
  await opened.begin();
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'carla' });
  const space = await addBoard(hub);
  await happen(opened, space);
  const browsers = new Map<string, TestBrowser>();
  for (const name of ['boss', 'carla']) {
    await signInAs(hub, name);
    const browser = new TestBrowser(hub);
    await browser.signIn(name, PASSWORD);
    browsers.set(name, browser);
  }
  const open = async (name: string, at: string, language: string): Promise<string> =>
    (await (browsers.get(name) ?? assert.fail()).open(at, { 'accept-language': language })).body;
  const pages = [
    ['boss', '/security', 2, 4],
    ['boss', '/security/doors', 2, 0],
    ['boss', `/security/doors/${space}`, 2, 0],
    ['carla', '/security/organizations/acme', 2, 2],
    ['carla', '/security/organizations/acme/doors', 2, 0],
    ['carla', `/security/organizations/acme/doors/${space}`, 2, 0],
  ] as const;
  for (const [name, at] of pages)
    assert.doesNotMatch(await open(name, at, 'en'), /than this page counts/, at);
  await happenOften(opened, space);
  for (const [name, at, charts, figures] of pages) {
    const page = await open(name, at, 'en');
    const said = page.match(/those before \d+ \w+ \d{4}, \d\d:\d\d UTC are not drawn/g) ?? [];
    assert.equal(said.length, charts, at);
    assert.equal(page.match(/\d or more<\/b>/g)?.length ?? 0, figures, at);
    if (at.endsWith('/doors'))
      assert.match(page, /figures of 24 hours are of what happened since [^<]+ UTC/, at);
    const portuguese = await open(name, at, 'pt');
    const dito = portuguese.match(/anteriores a [^<]+ UTC não estão desenhad[oa]s/g) ?? [];
    assert.equal(dito.length, charts, at);
  }
});
