// A hub in which something of everything is: people with and without a second factor, an organisation, repositories, Spaces that run
// and that are being built, secrets, refusals, mail, an issuer and a program that wants in. For tests that look at every page.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { commitFiles } from './commit-files.ts';
import { openCourier } from './courier.ts';
import { VIEWED_FILES, WRITER_FILES } from './example-files.ts';
import { openTestNotary } from './notary.ts';
import { authorizePath, newPkce, registerClient } from './oauth-client.ts';
import { startOidcIssuer } from './oidc-issuer.ts';
import { openProgramHub, PROGRAM_FILES, type ProgramHub } from './program-hub.ts';
import { openScratch } from './scratch.ts';
import { codeOf } from './second-factor.ts';
import { OPERATOR, type ServedHub } from './served-hub.ts';
import { BROWSER, PASSWORD, signInAs, visitAs } from './sign-in.ts';
import { TestBrowser } from './test-browser.ts';

/**
 * Who looks: an administrator, two users, one whose second factor is still asked for, one who is signed in and of whom it is asked
 * for a fresh proof, and somebody who is not signed in.
 */
export type Looker = 'boss' | 'alice' | 'ann' | 'half' | 'proving' | 'nobody';

/** What is open. */
export interface InhabitedHub extends AsyncDisposable {
  readonly hub: ServedHub;
  /** The cookies of each. */
  readonly cookies: Readonly<Record<Looker, Readonly<Record<string, string>>>>;
  /** Addresses that no test knows beforehand. */
  readonly places: {
    readonly commit: string;
    readonly entry: string;
    readonly sinks: string;
    /** A Space, for administrators. */
    readonly door: string;
    /** A Space of acme, for its owners, and what happened to it. */
    readonly doorOfAcme: string;
    readonly entryOfAcme: string;
    readonly join: string;
    readonly device: string;
    readonly consent: string;
  };
}

const APP = `<!doctype html><meta charset="utf-8"><title>Hello</title>
<style>body{font:1rem/1.5 system-ui;margin:2rem;color-scheme:light dark}</style>
<h1>Hello</h1><label>Your name <input id="name"></label> <button>Greet</button>`;
const BUILD = [
  'Reading README.md: sdk gradio, Python 3.13',
  'Resolving gradio, and 41 packages beside it',
  'Installed 42 packages in 3.1 s',
];

/** Opens it. */
export async function openInhabitedHub(): Promise<InhabitedHub> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await openScratch('inhabited')).path;
  const issuer = stack.use(await startOidcIssuer());
  const courier = stack.use(openCourier(undefined, (log) => issuer.clientFor(log)));
  const taken = { kind: 'taken' } as const;
  const opened = stack.use(
    await openProgramHub({
      ...{ vault: true, signUp: 'open', singleSignOn: { name: 'Example', groups: [] } },
      ...{ issuer: courier.link, carrier: { send: async () => taken, check: async () => taken } },
    }),
  );
  const { hub } = opened;
  issuer.admit(hub);
  const notary = stack.use(await openTestNotary(hub.database.notary, { folder: `${folder}/notary` }));
  await addPeople(hub);
  await addModels(hub);
  await fillSpaces(opened);
  const wanted = await addWishes(hub);
  await notary.round();
  const { actor } = await visitAs(hub, 'boss');
  const last = async (filter: { readonly kind: string; readonly subject?: string }): Promise<string> =>
    (await hub.modules.centre.ledger.list(actor, filter, { limit: 1 })).items[0]?.hash ?? '';
  const board = await addBoard(hub);
  await notary.round();
  const places = {
    ...wanted,
    commit: await lastCommit(hub),
    entry: `/security/ledger/${await last({ kind: 'token.revoked' })}?prove`,
    sinks: `/security/secrets/${opened.repo.id}`,
    door: `/security/doors/${opened.repo.id}`,
    doorOfAcme: `/security/organizations/acme/doors/${board}`,
    entryOfAcme: `/security/organizations/acme/ledger/${await last({ kind: 'repo.created', subject: `repo:${board}` })}`,
  };
  const cookies = await cookiesOf(hub);
  const running = stack.move();
  return { hub, cookies, places, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function addPeople(hub: ServedHub): Promise<void> {
  const { identity, members, tokens, secondFactors } = hub.modules;
  const boss = { name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD };
  await identity.createUser(OPERATOR, boss);
  await signInAs(hub, 'alice');
  await identity.createOrg(OPERATOR, { name: 'acme', owner: 'boss' });
  await members.put(OPERATOR, { org: 'acme', user: 'alice', role: 'write' });
  const wish = { user: 'alice', name: 'laptop', grant: { role: 'read' } } as const;
  const { token } = await tokens.issue(OPERATOR, { ...wish, name: 'old' });
  await tokens.revoke(OPERATOR, token.id);
  const { text } = await tokens.issue(OPERATOR, wish);
  const headers = {
    authorization: `Bearer ${text.reveal('to use it')}`,
    'user-agent': 'hf/1.2.0; python/3.13',
  };
  await fetch(`${hub.url}/api/whoami-v2`, { headers });
  const { actor, account } = await visitAs(hub, 'nina');
  const { key } = await secondFactors.begin(actor, account.id, { user: 'nina', host: 'hub' });
  await secondFactors.confirm(actor, account.id, codeOf(key, hub.now()));
}

async function addModels(hub: ServedHub): Promise<void> {
  await hub.addRepo('alice/writer', { files: WRITER_FILES });
  await hub.addRepo('alice/base', { visibility: 'public' });
  const card = '---\nlicense: mit\nlanguage: [en]\n---\n# Reviews\n';
  const csv = 'text,stars\ngood,5\n';
  await hub.addRepo('alice/reviews', { type: 'dataset', files: { 'README.md': card, 'data.csv': csv } });
  await hub.addRepo('alice/files', { files: { 'notes.txt': 'one line\n' } });
  const { text: token } = await hub.addToken('alice', 'write');
  await commitFiles(hub, { repo: 'alice/files', token, files: VIEWED_FILES });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  for (const [path, body] of [
    ['branch/dev', {}],
    ['tag/main', { tag: 'v1.0', message: 'The first' }],
  ] as const) {
    const url = `${hub.url}/api/models/alice/writer/${path}`;
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, await answer.text());
  }
  await fetch(`${hub.url}/alice/writer/resolve/main/config.json`, { headers });
}

/** A Space of acme; gives its id. */
async function addBoard(hub: ServedHub): Promise<string> {
  const headers = {
    authorization: `Bearer ${(await hub.addToken('boss', 'write')).text}`,
    'content-type': 'application/json',
  };
  const body = JSON.stringify({ type: 'space', name: 'board', organization: 'acme', sdk: 'gradio' });
  const made = await fetch(`${hub.url}/api/repos/create`, { method: 'POST', headers, body });
  assert.equal(made.status, 200, await made.text());
  const answer = await fetch(`${hub.url}/api/spaces/acme/board`, { headers });
  return ((await answer.json()) as { readonly _id: string })._id;
}

async function lastCommit(hub: ServedHub): Promise<string> {
  const headers = { authorization: `Bearer ${(await hub.addToken('alice', 'read')).text}` };
  const answer = await fetch(`${hub.url}/api/models/alice/writer/commits/main`, { headers });
  const [last] = (await answer.json()) as { readonly id: string }[];
  return `/alice/writer/commit/${last?.id ?? ''}`;
}

/** `ann/demo` runs, with a secret of each kind; `ann/building` is being built. */
async function fillSpaces(opened: ProgramHub): Promise<void> {
  const { hub, runner } = opened;
  await addSecrets(opened);
  const want = await runner.wanted('ann/demo');
  const run = await runner.serve(want, (_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(APP);
  });
  runner.say({
    ...{ type: 'usage', space: want.space, run, cpuMs: 1, memoryBytes: 1, memoryLimitBytes: 2, cpus: 1 },
    ...{ receivedBytes: 48_000_000, sentBytes: 1_200_000 },
  });
  runner.say({ type: 'refused', space: want.space, run, host: 'evil.example', why: 'not listed', count: 7 });
  const at = new Date().toISOString();
  const lines = Array.from({ length: 30 }, (_none, index) => ({ at, text: `GET / 200 ${index}` }));
  runner.say({ type: 'log', space: want.space, kind: 'run', fresh: false, lines });
  await opened.becomes('RUNNING');
  while (hub.modules.spaces.usageOf(opened.repo.id) === undefined) await delay(25);
  const building = await hub.addRepo('ann/building', { type: 'space', sdk: 'gradio', files: PROGRAM_FILES });
  const wanted = await runner.wanted('ann/building');
  runner.status(wanted, 'BUILDING');
  const told = BUILD.map((text) => ({ at, text }));
  runner.say({ type: 'log', space: wanted.space, kind: 'build', fresh: false, lines: told });
  while (hub.modules.spaces.logOf(building.id, 'build')?.read(undefined).lines.length === 0) await delay(25);
}

async function addSecrets({ ask, begin, runner }: ProgramHub): Promise<void> {
  let want = await begin();
  for (const [path, body] of [
    ['/secrets', { key: 'OPEN', value: 'a value that the app sees' }],
    [
      '/secrets',
      ...[
        {
          key: 'CLOSED',
          value: 'a-value-no-app-sees',
          hosts: ['api.example.org'],
          place: 'header:x-api-key',
        },
      ],
    ],
    ['/variables', { key: 'GREETING', value: 'Hello' }],
  ] as const) {
    assert.equal((await ask('POST', path, body)).status, 200);
    // Each has the Space start anew: what serves is to be of the last wish.
    const { generation: before } = want;
    want = await runner.wanted('ann/demo', ({ generation }) => generation > before);
  }
}

/** An invitation, and programs that want in. */
async function addWishes(hub: ServedHub) {
  const { invitations } = hub.modules;
  const { actor } = await visitAs(hub, 'boss');
  const org = { name: 'acme', role: 'write' } as const;
  const { text } = await invitations.invite(actor, { email: 'ada@example.org', org });
  await invitations.invite(actor, { email: 'grace@example.org' });
  const client = await registerClient(hub, { owner: 'alice', scopes: ['openid', 'profile', 'read-repos'] });
  const body = new URLSearchParams({ client_id: '26be6b09-91c5-47da-9861-d2d2bb7a7e36' });
  const begun = await fetch(`${hub.url}/oauth/device`, { method: 'POST', body });
  const { user_code: code } = (await begun.json()) as { readonly user_code: string };
  return {
    join: `/join/${text.reveal('to look at it')}`,
    device: `/device?code=${code}`,
    consent: authorizePath(client, newPkce(), { scope: 'openid profile read-repos' }),
  };
}

async function cookiesOf(hub: ServedHub): Promise<InhabitedHub['cookies']> {
  const signedIn = async (name: string): Promise<Record<string, string>> => {
    const browser = new TestBrowser(hub);
    await browser.signIn(name, PASSWORD);
    return Object.fromEntries(browser.cookies);
  };
  const ann = await hub.modules.identity.findByName('ann');
  assert.ok(ann);
  const { value } = await hub.modules.signIn.begin(ann.id, ['password'], BROWSER);
  const [alice, half] = [await signedIn('alice'), await signedIn('nina')];
  return {
    boss: await signedIn('boss'),
    alice,
    half,
    proving: { ...half, ...alice },
    ann: { [`holdfast-${hub.port}-session`]: value.reveal('to look as she does') },
    nobody: {},
  };
}
