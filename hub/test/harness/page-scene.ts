// A hub with everybody who comes by a browser: each kind of caller with a session that is fresh, or is not, as the kind says.
import { type Pool } from 'pg';
import { type Id } from '@holdfast/kernel/id';
import { type Grant } from '../../src/modules/access/index.ts';
import { type Visit } from '../../src/modules/sessions/index.ts';
import { type PageCaller } from './page-matrix.ts';
import { openServedHub, OPERATOR, type ServedHub } from './served-hub.ts';
import { BROWSER, PASSWORD, signInAs } from './sign-in.ts';
import { StandInRunner } from './stand-in-runner.ts';

const DAY_MINUTES = 24 * 60;
/** Longer than a session lasts that nobody uses. */
const IDLE_DAYS = 15;
/** Longer than a proof is fresh. */
const STALE_MINUTES = 11;
const SOMEBODY: Partial<Record<PageCaller, string>> = {
  ...{ stranger: 'stranger', administrator: 'boss', outsider: 'outsider' },
  ...{ reader: 'reader', contributor: 'contributor', writer: 'writer' },
};

/** The user in whose name a kind of caller comes; the owner where there is no other. */
export function userOf(caller: PageCaller): string {
  return SOMEBODY[caller] ?? 'ada';
}

/** The people, their hubs, and what they call with. */
export interface PageScene extends AsyncDisposable {
  readonly hub: ServedHub;
  /** An application of somebody else's. */
  readonly application: string;
  /** The hub of this kind of caller. */
  hubOf(caller: PageCaller): ServedHub;
  /** Lets so much time pass that who has proved it so far has not proved it lately. Begins what must not be fresh before. */
  passProofs(): Promise<void>;
  /** The headers with which a kind of caller comes. */
  headersOf(caller: PageCaller): Promise<Readonly<Record<string, string>>>;
  /** A user who is signed in and has just proved it. */
  visit(user: string): Promise<Visit>;
  /** What is made under a name, once. */
  once<Made>(name: string, make: () => Promise<Made>): Promise<Made>;
}

/** Opens two hubs on one database, for users alone and for anonymous readers. */
export async function openPageScene(): Promise<PageScene> {
  await using opened = new AsyncDisposableStack();
  const runner = opened.use(await StandInRunner.open());
  const singleSignOn = { name: 'Example', groups: [] };
  const address = 'https://issuer.example/authorize';
  const issuer = {
    begin: () => Promise.resolve({ kind: 'address', address } as const),
    end: () => Promise.resolve({ kind: 'denied' } as const),
  };
  const shared = { signUp: 'open', singleSignOn, issuer } as const;
  const hub = opened.use(await openServedHub({ ...shared, vault: true, ...runner.options }));
  const open = opened.use(await openServedHub({ ...shared, access: 'anonymous', on: hub.database }));
  runner.able();
  const ids = await addPeople(hub);
  const begin = async (user: string): Promise<string> =>
    (await hub.modules.signIn.begin(ids[user] as Id, ['password'], BROWSER)).value.reveal('to come with it');
  const visit = async (user: string): Promise<Visit> => {
    const found = await hub.modules.sessions.find(await begin(user));
    if (found === undefined) throw new Error(`${user} is not signed in`);
    return found;
  };
  const { application } = await hub.modules.applications.register((await visit('deputy')).actor, {
    ...{
      name: 'Weather',
      redirects: ['https://app.example/back'],
      scopes: ['openid'],
      isConfidential: false,
    },
  });
  const idle = await begin('ada');
  hub.passTime(IDLE_DAYS * DAY_MINUTES);
  const ended = await begin('ada');
  await hub.modules.signOut.end(ended);
  const tokens = await addTokens(hub, ids['acme'] as Id);
  const kept = { unproved: '', made: new Map<string, Promise<unknown>>() };
  const cookieOf = async (caller: PageCaller): Promise<string> => {
    const fixed = { idle, ended, unproved: kept.unproved }[caller as string];
    return `holdfast-${hub.port}-session=${fixed ?? (await begin(userOf(caller)))}`;
  };
  const running = opened.move();
  return {
    hub,
    visit,
    application: application.id,
    hubOf: (caller) => (caller === 'visitor' ? open : hub),
    async once<Made>(name: string, make: () => Promise<Made>) {
      const made = (kept.made.get(name) as Promise<Made> | undefined) ?? make();
      kept.made.set(name, made);
      return await made;
    },
    async passProofs() {
      kept.unproved = await begin('ada');
      hub.passTime(STALE_MINUTES);
    },
    async headersOf(caller) {
      if (caller === 'anonymous' || caller === 'visitor') return {};
      const token = tokens[caller];
      return token === undefined ? { cookie: await cookieOf(caller) } : { authorization: `Bearer ${token}` };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function addPeople(hub: ServedHub): Promise<Readonly<Record<string, Id>>> {
  const { identity } = hub.modules;
  const ids: Record<string, Id> = {};
  const boss = { name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD };
  ids['boss'] = (await identity.createUser(OPERATOR, boss)).id;
  for (const name of ['ada', 'deputy', 'stranger', 'outsider', 'reader', 'contributor', 'writer']) {
    await signInAs(hub, name);
    ids[name] = (await identity.findByName(name))?.id as Id;
  }
  await identity.createOrg(OPERATOR, { name: 'umbrella', owner: 'outsider' });
  ids['acme'] = await addOrg(hub, 'acme');
  return ids;
}

/** An organisation with a member of each role, and somebody else who administers it, so that its owner may go. */
export async function addOrg(hub: ServedHub, name: string): Promise<Id> {
  const { identity, members } = hub.modules;
  const { id } = await identity.createOrg(OPERATOR, { name, owner: 'ada' });
  const roles = { deputy: 'admin', reader: 'read', contributor: 'contributor', writer: 'write' } as const;
  for (const [user, role] of Object.entries(roles)) await members.put(OPERATOR, { org: name, user, role });
  return id;
}

async function addTokens(hub: ServedHub, acme: Id): Promise<Partial<Record<PageCaller, string>>> {
  const issue = async (grant: Grant): Promise<string> =>
    (await hub.modules.tokens.issue(OPERATOR, { user: 'ada', name: 'test', grant })).text.reveal(
      'to send it',
    );
  const entity = { type: 'org', id: acme, name: 'acme' } as const;
  return {
    token: await issue({ role: 'write' }),
    readToken: await issue({ role: 'read' }),
    fineToken: await issue({
      ...{ role: 'fineGrained', global: [], canReadGatedRepos: false },
      scoped: [{ entity, permissions: ['repo.write'] }],
    }),
  };
}

/** How many entries of people's acts the ledger has. */
export async function countActs(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from ledger.entry
      where kind not like 'read.%' and kind not like 'refusal.%' and kind <> 'session.begun' and actor like 'user:%'`,
  );
  return rows[0]?.n ?? Number.NaN;
}
