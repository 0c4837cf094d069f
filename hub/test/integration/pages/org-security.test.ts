// The owners' part of the security centre: who administers an organisation sees what is the organisation's, and nothing of others.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newId, type Id } from '@holdfast/kernel/id';
import { type Actor } from '../../../src/modules/access/index.ts';
import { record } from '../../../src/modules/ledger/index.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { withPool } from '../../harness/shared-server.ts';
import { PASSWORD, signInAs, visitAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

const ACME = '/security/organizations/acme';
const NONE = 'f'.repeat(24) as Id;
const ROOMS = ['', '/members', '/secrets', '/doors', '/ledger'];

type Name = 'ada' | 'bob' | 'eve' | 'sam' | 'boss';

interface Scene extends AsyncDisposable {
  readonly hub: ServedHub;
  readonly browsers: Readonly<Record<Name, TestBrowser>>;
  /** A Space of acme, and one of umbrella. */
  readonly spaces: { readonly acme: Id; readonly umbrella: Id };
  actorOf(name: Name): Promise<Actor>;
}

async function openScene(): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub({ vault: true }));
  const { identity, members, authentication, changes } = hub.modules;
  await identity.createUser(OPERATOR, {
    ...{ name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD },
  });
  const browsers: Partial<Record<Name, TestBrowser>> = {};
  for (const name of ['ada', 'bob', 'eve', 'sam', 'boss'] as const) {
    await signInAs(hub, name);
    const browser = (browsers[name] = new TestBrowser(hub));
    await browser.signIn(name, PASSWORD);
  }
  await identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await identity.createOrg(OPERATOR, { name: 'umbrella', owner: 'eve' });
  await members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'write' });
  const spaceOf = async (owner: string, org: string): Promise<Id> => {
    const { actor } = await authentication.authenticate((await hub.addToken(owner, 'write')).text);
    const wish = { namespace: org, name: `${org}-demo`, type: 'space', visibility: 'private' } as const;
    return (await changes.create(actor, { ...wish, sdk: 'gradio', licence: null })).id;
  };
  const spaces = { acme: await spaceOf('ada', 'acme'), umbrella: await spaceOf('eve', 'umbrella') };
  const running = opened.move();
  return {
    ...{ hub, spaces, browsers: browsers as Record<Name, TestBrowser> },
    actorOf: async (name) => (await visitAs(hub, name)).actor,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Puts an entry on the ledger; gives its digest. */
async function enter(
  { hub }: Scene,
  entry: {
    kind: string;
    subject: string;
    actor: string;
    credential?: string;
    body?: object;
    address?: string;
    personal?: Record<string, string>;
  },
): Promise<string> {
  const { address, body = {}, personal, ...rest } = entry;
  // What happens to secrets is recorded by the vault alone.
  if (entry.kind.startsWith('secret.'))
    return await withPool(hub.database.vault, async (pool) => {
      const values = [entry.kind, entry.subject, entry.actor, JSON.stringify(body)];
      const columns = '(kind, subject, actor, credential, body)';
      const { rows } = await pool.query<{ hash: string }>(
        `insert into ledger.entry ${columns} values ($1, $2, $3, '', $4) returning hash`,
        values,
      );
      return rows[0]?.hash ?? '';
    });
  return await hub.database.db.transaction(
    async (tx) =>
      await record(tx, {
        credential: '',
        ...rest,
        body: { ...body },
        personal: { ...personal, ...(address && { address }) },
      }),
  );
}

void test('rooms of an organisation are for who administers it, and everybody else is told the same', async () => {
  await using scene = await openScene();
  const { hub, browsers, spaces } = scene;
  const paths = [...ROOMS.map((room) => ACME + room), `${ACME}/doors/${spaces.acme}`];
  for (const path of paths) {
    assert.equal((await browsers.ada.open(path)).status, 200, path);
    assert.match((await browsers.ada.open(path, { 'accept-language': 'pt' })).body, /Salas do centro/, path);
    const stranger = await browsers.sam.open(path);
    assert.equal(stranger.status, 403, path);
    // Who owns another, who is a member, and who administers the instance and no organisation.
    for (const name of ['eve', 'bob', 'boss'] as const) {
      const refused = await browsers[name].open(path);
      assert.equal(refused.status, 403, `${name} at ${path}`);
      assert.doesNotMatch(refused.body, /acme-demo|>ada</, `${name} at ${path}`);
    }
    assert.match((await new TestBrowser(hub).open(path)).location, /^\/sign-in\?to=/, path);
  }
  assert.equal((await browsers.ada.open('/security/organizations/nowhere/members')).status, 404);
  assert.equal((await browsers.ada.open('/security')).location, ACME);
  assert.match((await browsers.ada.open('/account')).body, /href="\/security"/);
  assert.equal((await browsers.bob.open('/security')).status, 403);
  for (const name of ['eve', 'bob', 'sam', 'boss'] as const)
    assert.equal((await browsers[name].send(`${ACME}/members?/remove`, { user: 'bob' })).status, 403, name);
  assert.match((await browsers.ada.open(`${ACME}/members`)).body, />bob</);
});

void test('who is no owner any more is shown nothing from that moment on', async () => {
  await using scene = await openScene();
  const { hub, browsers, spaces } = scene;
  const { members } = hub.modules;
  await members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'admin' });
  assert.equal((await browsers.bob.open(`${ACME}/members`)).status, 200);
  await members.put(OPERATOR, { org: 'acme', user: 'ada', role: 'write' });
  for (const room of [...ROOMS, `/doors/${spaces.acme}`])
    assert.equal((await browsers.ada.open(ACME + room)).status, 403, room);
  assert.equal((await browsers.ada.send(`${ACME}/members?/remove`, { user: 'bob' })).status, 403);
  await members.remove(OPERATOR, { org: 'acme', user: 'ada' });
  assert.equal((await browsers.ada.open(ACME)).status, 403);
  assert.equal((await browsers.ada.open('/security')).status, 403);
});

void test('members are shown with how they stand, and removed with a fresh proof', async () => {
  await using scene = await openScene();
  const { hub, browsers } = scene;
  await withPool(hub.database.superuser, async (pool) => {
    await pool.query(`update identity.account set second_factor_at = now() where name = 'bob'`);
    await pool.query(`insert into identity.membership (org_id, user_id, role, since)
      select o.id, u.id, 'read', now() from identity.account o, identity.account u where o.name = 'acme' and u.name = 'sam'`);
  });
  const { body } = await browsers.ada.open(`${ACME}/members`);
  const rowOf = (name: string): string =>
    new RegExp(`<tr>(?:(?!</tr>)[^])*>${name}<[^]*?</tr>`).exec(body)?.[0] ?? '';
  assert.match(rowOf('bob'), /since <time/);
  assert.match(rowOf('sam'), /none/);
  assert.match(rowOf('ada'), /This is you/);
  assert.doesNotMatch(body, /@example\.org|boss|>eve</, 'neither mail addresses nor anybody else');
  const overview = await browsers.ada.open(ACME);
  assert.match(overview.body, /<b>3<\/b><span>members/);
  assert.match(overview.body, /<b>2<\/b><span>without a second factor/);
  hub.passTime(11);
  const unproved = await browsers.ada.send(`${ACME}/members?/remove`, { user: 'bob' });
  assert.match(unproved.location, /^\/account\/prove\?to=%2Fsecurity%2Forganizations%2Facme%2Fmembers/);
  await browsers.ada.send('/account/prove', { password: PASSWORD });
  const removed = await browsers.ada.send(`${ACME}/members?/remove`, { user: 'bob' });
  assert.match(removed.body, /do not belong to the organization any more/);
  assert.doesNotMatch(removed.body, />bob</);
});

void test('when somebody signed in last is told of members alone', async () => {
  await using scene = await openScene();
  const { hub } = scene;
  const acme = (await hub.modules.identity.findByName('acme'))?.id ?? NONE;
  const idOf = async (name: Name): Promise<Id> => (await hub.modules.identity.findByName(name))?.id ?? NONE;
  const [bob, eve] = [await idOf('bob'), await idOf('eve')];
  const told = await hub.modules.centre.sessions.lastSignInsOf(await scene.actorOf('ada'), acme, [bob, eve]);
  assert.deepEqual([...told.keys()], [bob]);
  await assert.rejects(hub.modules.centre.sessions.lastSignInsOf(await scene.actorOf('eve'), acme, [bob]));
});

void test('secrets and doors are of the Spaces of the organisation alone', async () => {
  await using scene = await openScene();
  const { hub, browsers, spaces } = scene;
  for (const [owner, org] of [
    ['ada', 'acme'],
    ['eve', 'umbrella'],
  ] as const) {
    const answer = await fetch(`${hub.url}/api/spaces/${org}/${org}-demo/secrets`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${(await hub.addToken(owner, 'write')).text}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ key: `OF_${org.toUpperCase()}`, value: 'a value that the app sees' }),
    });
    assert.equal(answer.status, 200, await answer.text());
    await enter(scene, {
      ...{ kind: 'space.egress-refused', subject: `repo:${spaces[org]}`, actor: 'run:1' },
      body: { run: '1', host: 'evil.example', why: 'not listed', count: org === 'acme' ? 7 : 1_234 },
    });
  }
  const secrets = (await browsers.ada.open(`${ACME}/secrets`)).body;
  assert.match(secrets, /OF_ACME[^]*variable: the app sees it/);
  assert.doesNotMatch(secrets, /OF_UMBRELLA|umbrella-demo/);
  assert.match((await browsers.ada.open(`${ACME}/secrets?only=brokered`)).body, /None now/);
  const doors = (await browsers.ada.open(`${ACME}/doors`)).body;
  assert.match(doors, new RegExp(`doors/${spaces.acme}[^]*>7<[^]*7 in 48 hours`));
  assert.doesNotMatch(doors, /umbrella-demo|1[,.]?234/);
  // Of what did not happen there is no busiest hour.
  assert.match(doors, /aria-label="Uses of brokered secrets by the hour\. Nothing in 48 hours\."/);
  assert.match((await browsers.ada.open(ACME)).body, /<b>7<\/b><span>not let out/);
  assert.match((await browsers.ada.open(`${ACME}/doors/${spaces.acme}`)).body, /7 in 48 hours/);
  const [foreign, absent] = [spaces.umbrella, NONE].map((id) => browsers.ada.open(`${ACME}/doors/${id}`));
  assert.deepEqual([(await foreign)?.status, (await absent)?.status], [404, 404]);
  assert.equal((await browsers.boss.open(`/security/doors/${spaces.umbrella}`)).status, 200);
  // Of one that comes from elsewhere, what its door did before is not told.
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'eve', role: 'write' });
  const eve = await scene.actorOf('eve');
  const from = { type: 'space', namespace: 'umbrella', name: 'umbrella-demo' } as const;
  const to = { namespace: 'acme', name: 'came-demo' };
  await hub.modules.changes.move(() => Promise.resolve(eve), from, to);
  // A run that began before may be told of together with what it did then.
  for (const [run, count] of [
    [newId(new Date(0)), 5_678],
    [newId(new Date()), 3],
  ] as const)
    await enter(scene, {
      ...{ kind: 'space.egress-refused', subject: `repo:${spaces.umbrella}`, actor: 'run:1' },
      body: { run, host: 'evil.example', why: 'not listed', count },
    });
  assert.match(
    (await browsers.ada.open(`${ACME}/doors`)).body,
    new RegExp(`doors/${spaces.umbrella}[^]*>3<`),
  );
  assert.match((await browsers.ada.open(`${ACME}/doors/${spaces.umbrella}`)).body, /\b3 in 48 hours/);
  for (const name of ['ada', 'eve', 'sam'] as const)
    assert.equal((await browsers[name].open(`/security/doors/${spaces.umbrella}`)).status, 403, name);
});

void test('the ledger is that of the organisation: its repositories, its secrets, its decisions, and addresses of its members', async () => {
  await using scene = await openScene();
  const { hub, browsers, spaces } = scene;
  const idOf = async (name: string): Promise<string> =>
    (await hub.modules.identity.findByName(name))?.id ?? '';
  const [bob, sam] = [await idOf('bob'), await idOf('sam')];
  const read = { kind: 'read.private', subject: `repo:${spaces.acme}` };
  const byMember = await enter(scene, { ...read, actor: `user:${bob}`, address: '203.0.113.1' });
  const byStranger = await enter(scene, { ...read, actor: `user:${sam}`, address: '203.0.113.2' });
  const [version, theirs] = ['1'.repeat(24), '2'.repeat(24)];
  const entries = {
    foreign: await enter(scene, {
      kind: 'read.private',
      subject: `repo:${spaces.umbrella}`,
      actor: `user:${bob}`,
    }),
    foreignOrg: await enter(scene, {
      kind: 'account.language-set',
      subject: `account:${await idOf('umbrella')}`,
      actor: 'operator',
    }),
    person: await enter(scene, {
      kind: 'account.language-set',
      subject: `account:${bob}`,
      actor: `user:${bob}`,
    }),
    instance: await enter(scene, { kind: 'account.language-set', subject: 'instance', actor: 'operator' }),
    theirToken: await enter(scene, {
      ...{ kind: 'token.reach-ended', subject: `token:${theirs}`, actor: 'operator' },
      body: { org: await idOf('umbrella') },
    }),
    plainToken: await enter(scene, {
      kind: 'token.issued',
      subject: `token:${version}`,
      actor: `user:${bob}`,
    }),
    secret: await enter(scene, {
      ...{
        kind: 'secret.set',
        subject: `secret:${theirs}`,
        actor: 'system:vault',
        body: { space: spaces.umbrella },
      },
    }),
  };
  const token = await enter(scene, {
    ...{ kind: 'token.reach-ended', subject: `token:${version}`, actor: `user:${bob}` },
    body: { org: await idOf('acme') },
  });
  const secret = await enter(scene, {
    ...{
      kind: 'secret.set',
      subject: `secret:${version}`,
      actor: 'system:vault',
      body: { space: spaces.acme },
    },
  });
  const ask = async (query: Record<string, string>): Promise<string> =>
    (await browsers.ada.open(`${ACME}/ledger?${new URLSearchParams(query)}`)).body;
  const hashesIn = (body: string): string[] =>
    [...body.matchAll(/data-entry="([0-9a-f]{64})"/g)].map(([, h = '']) => h);
  const own = await ask({});
  assert.match(own, /org\.member-set/);
  assert.doesNotMatch(own, /umbrella|language-set/);
  const ofSpace = await ask({ subject: 'spaces/acme/acme-demo', kind: 'read.' });
  assert.deepEqual(hashesIn(ofSpace).toSorted(), [byMember, byStranger].toSorted());
  assert.match(ofSpace, /203\.0\.113\.1/);
  assert.doesNotMatch(ofSpace, /203\.0\.113\.2/);
  assert.deepEqual(hashesIn(await ask({ subject: 'spaces/acme/acme-demo', actor: 'sam' })), [byStranger]);
  assert.deepEqual(hashesIn(await ask({ subject: `token:${version}` })), [token]);
  assert.deepEqual(hashesIn(await ask({ subject: `secret:${version}` })), [secret]);
  for (const subject of [`repo:${spaces.umbrella}`, `secret:${theirs}`, `token:${theirs}`, `account:${bob}`])
    assert.deepEqual(hashesIn(await ask({ subject })), [], subject);
  const [foreign, absent] = ['umbrella-demo', 'nothing'].map((name) =>
    ask({ subject: `spaces/umbrella/${name}` }),
  );
  assert.equal(
    (await foreign)?.replaceAll('umbrella-demo', 'nothing'),
    await absent,
    'nobody learns of the other',
  );
  for (const hash of [byMember, token, secret])
    assert.equal((await browsers.ada.open(`${ACME}/ledger/${hash}`)).status, 200);
  assert.doesNotMatch((await browsers.ada.open(`${ACME}/ledger/${byStranger}`)).body, /203\.0\.113\.2/);
  for (const [name, hash] of Object.entries({ ...entries, absent: '0'.repeat(64) }))
    for (const query of ['', '?prove'])
      assert.equal((await browsers.ada.open(`${ACME}/ledger/${hash}${query}`)).status, 404, name + query);
});

void test('a proof tells no more than the entry does: who came how, values about others, and how the vault counts', async () => {
  await using scene = await openScene();
  const { hub, browsers, spaces } = scene;
  const idOf = async (name: string): Promise<string> =>
    (await hub.modules.identity.findByName(name))?.id ?? '';
  const [acme, bob, sam] = [await idOf('acme'), await idOf('bob'), await idOf('sam')];
  const read = { kind: 'read.private', subject: `repo:${spaces.acme}`, credential: `token:${NONE}` };
  const journal = { of: 'a'.repeat(24), n: 4_711 };
  const whole = await enter(scene, { ...read, actor: `user:${bob}`, address: '203.0.113.1' });
  const cut = {
    stranger: await enter(scene, { ...read, actor: `user:${sam}`, address: '203.0.113.2' }),
    invited: await enter(scene, {
      ...{ kind: 'account.invited', subject: `account:${acme}`, actor: `user:${bob}` },
      personal: { email: 'invited@example.net', client: 'curl' },
    }),
    vault: await enter(scene, {
      ...{ kind: 'secret.set', subject: `secret:${NONE}`, actor: 'system:vault' },
      body: { space: spaces.acme, journal },
    }),
  };
  const open = async (hash: string): Promise<string> => {
    const { status, body } = await browsers.ada.open(`${ACME}/ledger/${hash}?prove`);
    assert.equal(status, 200);
    return body;
  };
  // There is no notary here: of what may be proved it is told that it is not signed yet.
  assert.match(await open(whole), new RegExp(`203\\.0\\.113\\.1[^]*not under a signed checkpoint`));
  assert.match(await open(whole), new RegExp(`token:${NONE}`));
  for (const [name, hash] of Object.entries(cut)) {
    const body = await open(hash);
    assert.match(body, /A proof holds the whole entry/, name);
    assert.doesNotMatch(body, /203\.0\.113\.2|invited@example\.net|4711|journal/, name);
    assert.doesNotMatch(body, new RegExp(`token:${NONE}`), name);
    const proving = hub.modules.centre.orgLedger.prove(await scene.actorOf('ada'), acme as Id, hash);
    await assert.rejects(proving, { code: 'ledger.proof-withheld' }, name);
  }
  assert.match(await open(cut.invited), />curl</);
  // Who joins later did not belong to it when that happened.
  await withPool(hub.database.superuser, async (pool) => {
    await pool.query(`update identity.membership set since = now() + interval '1 hour' where user_id = $1`, [
      bob,
    ]);
  });
  assert.doesNotMatch(await open(whole), new RegExp(`203\\.0\\.113\\.1|token:${NONE}`));
});

void test('of a repository that came from elsewhere, an owner sees what happened since', async () => {
  await using scene = await openScene();
  const { hub, browsers } = scene;
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'eve', role: 'write' });
  const { id } = await hub.addRepo('eve/own', { type: 'model' });
  const eve = `user:${(await hub.modules.identity.findByName('eve'))?.id ?? ''}`;
  const at = { subject: `repo:${id}`, actor: eve };
  const before = await enter(scene, { kind: 'read.private', ...at, address: '203.0.113.9' });
  const who = await scene.actorOf('eve');
  const move = async (from: string, to: string): Promise<void> => {
    const [[namespace = '', name = ''], [toNamespace = '', toName = '']] = [from.split('/'), to.split('/')];
    await hub.modules.changes.move(
      () => Promise.resolve(who),
      { type: 'model', namespace, name },
      { namespace: toNamespace, name: toName },
    );
  };
  await move('eve/own', 'acme/theirs');
  const after = await enter(scene, { kind: 'read.private', ...at, address: '203.0.113.10' });
  // The repeats of an hour are counted at its end, whosever readers they were.
  const late = await enter(scene, { kind: 'read.repeated', ...at, address: '203.0.113.11' });
  await move('acme/theirs', 'acme/renamed');
  const { body } = await browsers.ada.open(`${ACME}/ledger?subject=acme/renamed`);
  assert.ok(body.includes(after) && body.includes('203.0.113.10'));
  assert.ok(!body.includes(before) && !body.includes('203.0.113.9'));
  assert.ok(!body.includes(late) && !body.includes('203.0.113.11'));
  assert.equal((await browsers.ada.open(`${ACME}/ledger/${late}`)).status, 404);
  assert.match(body, /repo\.moved/);
  assert.equal((await browsers.ada.open(`${ACME}/ledger/${before}`)).status, 404);
  assert.equal((await browsers.ada.open(`${ACME}/ledger/${after}`)).status, 200);
  await move('acme/renamed', 'eve/back');
  assert.equal((await browsers.ada.open(`${ACME}/ledger/${after}`)).status, 404, 'it is not theirs any more');
});
