// What somebody has of a session from before its user could do more opens nothing after it, and its browser goes on: the cookie
// has another value from the next page on. The one before is good for a minute, for what was under way; who shows it
// later ends the session for all who have it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Sessions } from '../../src/modules/sessions/index.ts';
import { digestValue } from '../../src/modules/sessions/model.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { openSignedOnHub, signOn } from '../harness/signed-on-hub.ts';
import { PASSWORD, signInAs, visitAs } from '../harness/sign-in.ts';
import { openSuperuserPool } from '../harness/superuser.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const LATE_MINUTES = 61 / 60;
const WITHIN_MINUTES = 45 / 60;

/** A browser with the cookies of another, as they are now. */
function copyOf(hub: Pick<ServedHub, 'port'>, browser: TestBrowser): TestBrowser {
  const copy = new TestBrowser(hub);
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  return copy;
}

/** The same cookies at another hub: there they have another name. */
function carry(to: Pick<ServedHub, 'port'>, browser: TestBrowser): TestBrowser {
  const carried = new TestBrowser(to);
  carried.cookies.set(`holdfast-${to.port}-session`, browser.cookie('session') ?? '');
  return carried;
}

async function isIn(browser: TestBrowser): Promise<boolean> {
  return (await browser.open('/account')).status === 200;
}

async function browserOf(hub: ServedHub, name: string): Promise<TestBrowser> {
  const browser = new TestBrowser(hub);
  await browser.signIn(name, PASSWORD);
  return browser;
}

async function openScene() {
  const hub = await openServedHub();
  for (const name of ['ada', 'bob']) await signInAs(hub, name);
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  const browser = await browserOf(hub, 'bob');
  return {
    ...{ hub, browser },
    give: async (role: 'read' | 'write' | 'admin') =>
      await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role }),
    /** The entries about the session of the browser after its first. */
    kinds: async (): Promise<string[]> => {
      const { rows } = await hub.modules.pool.query<{ kind: string; actor: string }>(
        `select kind, actor from ledger.entry where kind in ('session.rotated', 'session.ended') order by at`,
      );
      return rows.map(({ kind, actor }) => `${kind} ${actor.split(':')[0]}`);
    },
    sessionsOf: async (name: string): Promise<number> => {
      const { actor, account } = await visitAs(hub, name);
      return (await hub.modules.sessions.list(actor, account.id)).length;
    },
    [Symbol.asyncDispose]: async () => await hub[Symbol.asyncDispose](),
  };
}

/** What happens, the browser opens a page, and goes on; and what was copied before opens nothing. */
async function requireRotated(hub: ServedHub, browser: TestBrowser, happen: () => Promise<unknown>) {
  assert.ok(await isIn(browser));
  const before = browser.cookie('session');
  const copy = copyOf(hub, browser);
  assert.ok(await isIn(browser));
  assert.equal(browser.cookie('session'), before, 'nothing has happened yet');
  await happen();
  assert.ok(await isIn(browser));
  assert.notEqual(browser.cookie('session'), before);
  hub.passTime(LATE_MINUTES);
  assert.ok(await isIn(browser), 'its browser goes on');
  assert.ok(!(await isIn(copy)), 'what was copied before opens nothing');
}

void test('each way in which rights change leaves nothing to who copied the session before', async (t) => {
  await using scene = await openScene();
  const { hub, give } = scene;
  const { identity, invitations } = hub.modules;
  await identity.createOrg(OPERATOR, { name: 'guests', owner: 'ada' });
  const inviter = (await visitAs(hub, 'ada')).actor;
  const wish = { email: 'bob@example.org', org: { name: 'guests', role: 'read' } } as const;
  const ways: Record<string, (browser: TestBrowser) => Promise<unknown>> = {
    'taken into an organization': async () => await give('read'),
    'a role that is raised': async () => await give('admin'),
    'an invitation that is accepted': async (browser) => {
      const { text } = await invitations.invite(inviter, wish);
      const joined = await browser.send(`/join/${text.reveal('to follow it')}?/join`, {});
      assert.equal(joined.status, 303);
    },
    'an organization of their own': async () =>
      await identity.createOrg(OPERATOR, { name: 'own', owner: 'bob' }),
    'a role that is lowered': async () => await give('read'),
  };
  for (const [name, happen] of Object.entries(ways))
    await t.test(name, async () => {
      const browser = await browserOf(hub, 'bob');
      await requireRotated(hub, browser, async () => await happen(browser));
    });
  await t.test('made an administrator: the sessions end', async () => {
    const browser = await browserOf(hub, 'bob');
    await identity.setAdministrator(OPERATOR, 'bob', true);
    assert.ok(!(await isIn(browser)));
  });
});

void test('a role that groups at the issuer raise leaves nothing to who copied another session of theirs before', async () => {
  const groups = [{ group: 'writers', organization: 'research', role: 'write' }] as const;
  await using it = await openSignedOnHub('single-sign-on', [...groups]);
  const { hub, issuer } = it;
  await hub.addUser('owner');
  await hub.modules.identity.createOrg(OPERATOR, { name: 'research', owner: 'owner' });
  const enter = async (...now: string[]): Promise<TestBrowser> => {
    issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada', groups: now });
    const browser = new TestBrowser(hub);
    assert.equal((await signOn(browser, 'u1')).location, '/account');
    return browser;
  };
  await requireRotated(hub, await enter(), async () => await enter('writers'));
});

void test('who shows the value from before too late ends the session for all who have it, and it is on the ledger', async () => {
  await using scene = await openScene();
  const { hub, browser, give } = scene;
  const thief = copyOf(hub, browser);
  await give('write');
  // Who comes first gets the next value: here it is not the owner.
  assert.ok(await isIn(thief));
  assert.deepEqual(await scene.kinds(), ['session.rotated user']);
  hub.passTime(LATE_MINUTES);
  assert.ok(await isIn(thief));
  assert.ok(!(await isIn(browser)));
  assert.ok(!(await isIn(thief)), 'the owner’s browser has ended it');
  assert.deepEqual(await scene.kinds(), ['session.rotated user', 'session.ended system']);
});

void test('the value from before is not made to last: by being shown, by other pages, or by another change', async () => {
  await using scene = await openScene();
  const { hub, browser, give } = scene;
  const copy = copyOf(hub, browser);
  const first = browser.cookie('session') ?? '';
  const show = async (): Promise<boolean> => {
    copy.cookies.set(`holdfast-${hub.port}-session`, first);
    return await isIn(copy);
  };
  await give('read');
  assert.ok(await isIn(browser));
  hub.passTime(WITHIN_MINUTES);
  assert.ok(await show(), 'what was under way is answered');
  await give('write');
  assert.ok(await isIn(browser));
  hub.passTime(WITHIN_MINUTES);
  assert.ok(!(await show()));
});

void test('who copied the value from before is not given the one that the browser went on with', async () => {
  await using scene = await openScene();
  const { hub, browser, give } = scene;
  const copy = copyOf(hub, browser);
  const first = copy.cookie('session');
  await give('write');
  assert.ok(await isIn(browser));
  assert.ok(await isIn(browser), 'it has the next one');
  for (const _ of [1, 2]) {
    assert.ok(await isIn(copy), 'as what was under way');
    assert.equal(copy.cookie('session'), first);
  }
  hub.passTime(LATE_MINUTES);
  assert.ok(await isIn(browser));
  assert.ok(!(await isIn(copy)));
});

void test('a page that takes long puts nothing in the place of what the browser has by then', async () => {
  await using scene = await openScene();
  const { hub, browser, give } = scene;
  const { sessions } = hub.modules;
  const first = browser.cookie('session') ?? '';
  await give('read');
  const slow = await sessions.find(first);
  assert.ok(slow?.turn);
  assert.ok(await isIn(browser));
  await give('write');
  assert.ok(await isIn(browser));
  assert.ok(await isIn(browser));
  assert.equal(await sessions.rotate(slow, first), undefined, 'a later one was shown');
  const ended = await browserOf(hub, 'bob');
  const value = ended.cookie('session') ?? '';
  await give('admin');
  const before = await sessions.find(value);
  assert.ok(before?.turn);
  await ended.send('/sign-out', {});
  assert.equal(await sessions.rotate(before, value), undefined, 'the session has ended');
  const kinds = await scene.kinds();
  assert.equal(kinds.filter((kind) => kind.startsWith('session.rotated')).length, 2);
});

void test('requests under way at two hubs get one value; the session stays one in lists, forms and streams', async () => {
  await using scene = await openScene();
  const { hub, browser, give } = scene;
  await using other = await openServedHub({ on: hub.database });
  const stream = await hub.modules.sessions.find(browser.cookie('session') ?? '');
  assert.ok(stream);
  await give('write');
  const form = copyOf(hub, browser);
  const tabs = [0, 1, 2, 3].flatMap(() => [copyOf(hub, browser), carry(other, browser)]);
  assert.deepEqual(
    await Promise.all(tabs.map(isIn)),
    tabs.map(() => true),
  );
  const values = new Set(tabs.map((tab) => tab.cookie('session')));
  assert.equal(values.size, 1);
  assert.ok(!values.has(browser.cookie('session')));
  assert.deepEqual(await scene.kinds(), ['session.rotated user']);
  // As does who never had the answer, because it was lost or the hub ended before it was sent.
  assert.ok(await isIn(browser));
  assert.ok(values.has(browser.cookie('session')));
  const sent = await form.send('/account/tokens?/create', {
    name: 'late',
    days: '1',
    kind: 'write',
    scopes: '',
  });
  assert.equal(sent.status, 200, 'a form from before the change');
  assert.ok(await hub.modules.sessions.findById(stream.session.id), 'what runs on asks by the session');
  assert.equal(await scene.sessionsOf('bob'), 3, 'one of this browser, one of each other sign-in');
});

void test('to sign out with one value ends the session under each other', async () => {
  for (const shown of ['first', 'next'] as const) {
    await using scene = await openScene();
    const { hub, browser, give } = scene;
    const first = copyOf(hub, browser);
    await give('write');
    assert.ok(await isIn(browser));
    const [one, rest] = shown === 'first' ? [first, browser] : [browser, first];
    await one.send('/sign-out', {});
    assert.ok(!(await isIn(rest)));
    assert.deepEqual(await scene.kinds(), ['session.rotated user', 'session.ended user']);
  }
});

void test('a sign-out with the value from before that waits for the database holds for the one after it at once', async () => {
  await using scene = await openScene();
  const { hub, browser, give } = scene;
  const first = digestValue(browser.cookie('session') ?? '');
  await give('write');
  assert.ok(await isIn(browser));
  const next = browser.cookie('session') ?? '';
  const find = async (taken: string | undefined) => {
    const removals = {
      ends: (one: string) => one === taken,
      endsSessionsOf: () => false,
      changes: () => false,
    };
    const { db, keys } = hub.modules;
    return await new Sessions({ db, keys, clock: hub, removals }).find(next);
  };
  assert.ok(await find(undefined));
  assert.equal(await find(first), undefined);
  assert.equal(await find(digestValue(next)), undefined);
});

void test('who can write the tables as the hub neither takes a value back, nor makes one, nor moves one', async () => {
  await using scene = await openScene();
  const { hub, browser, give } = scene;
  await using behind = openSuperuserPool(hub.database);
  await give('write');
  assert.ok(await isIn(browser));
  for (const sql of [
    'delete from sessions.value',
    'update sessions.value set made_at = now()',
    'delete from sessions.shown',
    'update sessions.shown set number = 9',
  ])
    await assert.rejects(hub.modules.pool.query(sql), /permission denied/);
  // Put in before the hub does: then the session is nobody's.
  const squatted = await browserOf(hub, 'bob');
  const visit = await hub.modules.sessions.find(squatted.cookie('session') ?? '');
  assert.ok(visit);
  await hub.modules.pool.query(
    `insert into sessions.value select '${visit.session.id}', number, repeat('a', 64), standing, made_at, mac from sessions.value`,
  );
  assert.ok(!(await isIn(squatted)));
  for (const [at, change] of [
    `made_at = made_at + interval '1 hour'`,
    `standing = repeat('b', 64)`,
    `digest = repeat('c', 64)`,
    `number = 2`,
    `session_id = (select id from sessions.session where id <> session_id limit 1)`,
  ].entries()) {
    const victim = await browserOf(hub, 'ada');
    const begun = await hub.modules.sessions.find(victim.cookie('session') ?? '');
    assert.ok(begun);
    await hub.modules.identity.createOrg(OPERATOR, { name: `org-${at}`, owner: 'ada' });
    assert.ok(await isIn(victim));
    const where = `where session_id = '${begun.session.id}'`;
    const { rowCount } = await behind.pool.query(`update sessions.value set ${change} ${where}`);
    assert.equal(rowCount, 1);
    assert.ok(!(await isIn(victim)), change);
  }
});
