// What somebody writes who wants script to run on a page: in every place that takes a text.
import assert from 'node:assert/strict';
import { authorizePath, newPkce } from './oauth-client.ts';
import { PROGRAM_FILES, type ProgramHub } from './program-hub.ts';
import { OPERATOR, type ServedHub } from './served-hub.ts';
import { visitAs } from './sign-in.ts';

/** What would be seen if it ran: another title, and a request with the reader's cookie. */
export const RUN = `document.title='ran';fetch('/account')`;
/** Ways to have it run. */
export const ATTACKS: readonly [string, string, ...string[]] = [
  `<script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<svg onload="${RUN}"><script>${RUN}</script></svg>`,
  `<a href="javascript:${RUN}" autofocus onfocus="${RUN}">click here</a>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<form action="/sign-out" method="post"><button>click here</button></form>`,
  `<style>main{display:none}</style><base href="//evil.example/"><meta http-equiv="refresh" content="0;url=//evil.example">`,
  `[click here](javascript:${RUN})`,
];
/** What is put into a log. */
const LINES = [...ATTACKS, ATTACKS.join('\u001b[31m')];
/** So many lines a log has then. */
export const LOGGED = LINES.length;
/** One that fits where little does, and has nothing that names of branches may not have. */
const SHORT = `<img/src=x/onerror=document.title='ran'>`;

async function post(hub: ServedHub, path: string, sent: RequestInit): Promise<Response> {
  const answer = await fetch(`${hub.url}${path}`, { method: 'POST', ...sent });
  assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
  return answer;
}

/** Calls people, applications, programs, branches and tags so; gives the pages that say it. `token`: of ada, who may write `ada/bad`. */
export async function nameBadly(hub: ServedHub, token: string): Promise<string[]> {
  const [, attack] = ATTACKS;
  const { profiles, identity, invitations, applications, centre } = hub.modules;
  await identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  const { actor, account } = await visitAs(hub, 'ada');
  await profiles.setFullname(actor, attack);
  // Names and addresses themselves cannot have a bracket.
  const mail = `'onfocus='document.title='@example.org`;
  await assert.rejects(identity.createOrg(OPERATOR, { name: SHORT, owner: 'ada' }), {
    code: 'account.name-invalid',
  });
  await assert.rejects(invitations.invite(actor, { email: '<script>@example.org' }), {
    code: 'account.email-invalid',
  });
  const org = { name: 'acme', role: 'admin' } as const;
  const { text } = await invitations.invite(actor, { email: mail, org });
  const redirect = `https://app.example/'onfocus='document.title=`;
  const wish = { name: SHORT, redirects: [redirect], scopes: ['openid'], isConfidential: false };
  const { application } = await applications.register(actor, wish);
  const body = new URLSearchParams({ client_id: '26be6b09-91c5-47da-9861-d2d2bb7a7e36' });
  const begun = await post(hub, '/oauth/device', { body, headers: { 'user-agent': attack } });
  const { user_code: code } = (await begun.json()) as { readonly user_code: string };
  await nameRefs(hub, token);
  const { items } = await centre.ledger.list(actor, { actor: `user:${account.id}` }, { limit: 50 });
  // One entry of each kind.
  const hashes = new Map(items.map(({ kind, hash }) => [kind, hash])).values();
  return [
    ...['/ada', '/acme', '/ada/bad/refs', `/ada/bad/tree/${encodeURIComponent(SHORT)}`],
    ...['', '/sessions', '/tokens', '/applications', '/invitations', '/organizations/acme'].map(
      (page) => `/account${page}`,
    ),
    ...[`/join/${text.reveal('to look at it')}`, `/device?code=${code}`, '/security/users/ada'],
    authorizePath({ clientId: application.id, redirect, secret: undefined }, newPkce(), { scope: 'openid' }),
    ...hashes.map((hash) => `/security/ledger/${hash}`),
  ];
}

async function nameRefs(hub: ServedHub, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const repo = '/api/models/ada/bad';
  await post(hub, `${repo}/branch/${encodeURIComponent(SHORT)}`, { headers, body: '{}' });
  const tag = { tag: `${SHORT}1`, message: ATTACKS.join('\n') };
  await post(hub, `${repo}/tag/main`, { headers, body: JSON.stringify(tag) });
}

/** Has an app of ada say so, and a variable, a title and a description; gives the pages that say it. */
export async function sayBadly({ hub, runner }: ProgramHub, token: string): Promise<string[]> {
  const [script, attack] = ATTACKS;
  const title = `---\nsdk: gradio\ntitle: ${JSON.stringify(attack)}\nemoji: ${JSON.stringify(script)}\n---\n`;
  await hub.addRepo('ada/app', {
    type: 'space',
    sdk: 'gradio',
    files: { ...PROGRAM_FILES, 'README.md': title },
  });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const said = { value: attack, description: ATTACKS.join(' ').slice(0, 200) };
  for (const [what, key] of [
    ['variables', 'BAD'],
    ['secrets', 'WORSE'],
  ] as const)
    await post(hub, `/api/spaces/ada/app/${what}`, { headers, body: JSON.stringify({ key, ...said }) });
  runner.able();
  const { space, generation } = await runner.wanted('ada/app');
  const at = new Date().toISOString();
  const lines = LINES.map((text) => ({ at, text }));
  for (const kind of ['build', 'run'] as const) runner.say({ type: 'log', space, kind, fresh: false, lines });
  runner.status({ space, generation }, 'BUILD_ERROR', { message: attack });
  const page = '/spaces/ada/app';
  return [page, `${page}/settings/app`, `${page}/logs`, `${page}/logs?of=run`, '/spaces'];
}
