// How each page is opened and each form sent so that it does what it is for. What they act on is the owner's or the organisation's,
// and is made anew for each caller, because a form that was let through has used it up.
import assert from 'node:assert/strict';
import { type Repo } from '../../src/modules/repos/index.ts';
import { type Visit } from '../../src/modules/sessions/index.ts';
import { authorizePath, newPkce } from './oauth-client.ts';
import { endedToken } from './ended-token.ts';
import { type PageAsk, type PageCall } from './page-call.ts';
import { addOrg, userOf } from './page-scene.ts';
import { UNKNOWN } from './page-matrix.ts';
import { codeOf } from './second-factor.ts';
import { OPERATOR } from './served-hub.ts';
import { BROWSER, PASSWORD } from './sign-in.ts';

type Making = (ask: PageAsk) => PageCall | Promise<PageCall>;

const NOTHING = { leaves: 'nothing' } as const;
const NO_PASSKEY = /The passkey was not accepted/;

/** An organisation with a member of each role. */
async function ownOrg({ scene, tag }: PageAsk): Promise<string> {
  const name = `org-${tag}`;
  await scene.once(name, async () => await addOrg(scene.hub, name));
  return name;
}

async function ownRepo({ scene, tag, visibility }: PageAsk, type: 'model' | 'space'): Promise<Repo> {
  const name = `${type}-${tag}`;
  return await scene.once(name, async () => {
    const { actor } = await scene.visit('ada');
    // A Space has a program, and so a door.
    const files = { 'README.md': Buffer.from(type === 'space' ? '---\nsdk: gradio\n---\n' : '# Here\n') };
    const wish = { type, namespace: 'acme', name, visibility, licence: null, files };
    return await scene.hub.modules.changes.create(actor, {
      ...wish,
      sdk: type === 'space' ? 'gradio' : null,
    });
  });
}

const aboutRepo =
  (
    type: 'model' | 'space',
    rest: PageCall | ((repo: Repo, ask: PageAsk) => PageCall | Promise<PageCall>),
  ): Making =>
  async (ask) => {
    const repo = await ownRepo(ask, type);
    const call = typeof rest === 'function' ? await rest(repo, ask) : rest;
    const prefix = type === 'space' ? '/spaces' : '';
    return {
      ...call,
      at: { prefix, namespace: repo.namespace, name: repo.name, '*': 'main/README.md', ...call.at },
    };
  };

const aboutOrg =
  (fields: (ask: PageAsk, org: string) => Promise<Record<string, string>> | Record<string, string>): Making =>
  async (ask) => {
    const name = await ownOrg(ask);
    return { at: { name }, fields: await fields(ask, name) };
  };

const person = async ({ scene, tag }: PageAsk): Promise<{ name: string; id: string }> => {
  const name = `person-${tag}`;
  const wish = { name, email: `${name}@example.org`, administrator: false };
  return await scene.once(name, async () => await scene.hub.modules.identity.createUser(OPERATOR, wish));
};

const ownToken = async ({ scene }: PageAsk, user = 'ada'): Promise<string> =>
  (await scene.hub.addToken(user, 'read')).id;

const ownSession = async ({ scene }: PageAsk, name = 'ada'): Promise<{ user: string; id: string }> => {
  const { session, account } = await scene.visit(name);
  return { user: account.id, id: session.id };
};

const joined = async (ask: PageAsk) => ({ invitation: (await invitation(ask)).text });
async function invitation(
  { scene, tag }: PageAsk,
  org?: string,
  by = org === undefined ? 'boss' : 'ada',
): Promise<{ id: string; text: string }> {
  const { actor } = await scene.visit(by);
  const wish = {
    email: `new-${tag}@example.org`,
    ...(org !== undefined && { org: { name: org, role: 'read' as const } }),
  };
  const { id, text } = await scene.hub.modules.invitations.invite(actor, wish);
  return { id, text: text.reveal('to follow it') };
}

const REDIRECT = 'https://app.example/back';

/** An application of the owner. One person has only so many. */
async function application({ scene, tag }: PageAsk): Promise<{ id: string }> {
  const wish = { name: `App ${tag}`, redirects: [REDIRECT], scopes: ['openid'], isConfidential: false };
  const made = await scene.once(
    wish.name,
    async () => await scene.hub.modules.applications.register((await scene.visit('ada')).actor, wish),
  );
  return { id: made.application.id };
}

/** What an application sends people with. */
function consent(clientId: string): { query: string } {
  const wish = { scope: 'openid' };
  const [, query = ''] = authorizePath(
    { clientId, secret: undefined, redirect: REDIRECT },
    newPkce(),
    wish,
  ).split('?');
  return { query };
}

async function authorized({ scene }: PageAsk): Promise<{ id: string }> {
  const { authorizations } = scene.hub.modules;
  const query = new URLSearchParams(consent(scene.application).query);
  await authorizations.allow(await scene.visit('ada'), { query, baseUrl: scene.hub.url, orgs: [] });
  return { id: scene.application };
}

/** Takes away what the caller, or whose things they act on, was left with by another call. */
async function withoutFactor({ scene, caller }: Pick<PageAsk, 'scene' | 'caller'>): Promise<Visit> {
  const visit = await scene.visit(userOf(caller));
  const { orgPolicies, secondFactors } = scene.hub.modules;
  // The last owner of an organisation that asks for one does not give theirs up.
  for (const one of [...visit.memberships, ...(await orgPolicies.listWithheld(visit.account.id))])
    if (one.requiresSecondFactor) await orgPolicies.requireSecondFactor(OPERATOR, one.orgName, false);
  const { confirmedAt } = await secondFactors.standing(visit.account.id);
  if (confirmedAt !== null) await secondFactors.remove(visit.actor, visit.account.id);
  return await scene.visit(userOf(caller));
}

/** Sets a second factor up for the caller. */
async function factor(
  ask: Pick<PageAsk, 'scene' | 'caller'>,
  isConfirmed: boolean,
): Promise<{ code: string }> {
  const { secondFactors } = ask.scene.hub.modules;
  const { actor, account } = await withoutFactor(ask);
  const { key } = await secondFactors.begin(actor, account.id, { user: account.name, host: 'localhost' });
  const code = codeOf(key, ask.scene.hub.now());
  if (isConfirmed) await secondFactors.confirm(actor, account.id, code);
  return { code };
}

async function deviceCode({ scene }: PageAsk): Promise<{ code: string }> {
  const { userCode } = await scene.hub.modules.deviceLogins.begin({ address: '127.0.0.1', client: 'test' });
  return { code: userCode };
}

/** A variable and a secret of a Space. */
const withVariable = aboutRepo('space', async (repo, { scene }) => {
  const { actor } = await scene.visit('ada');
  const who = (): Promise<typeof actor> => Promise.resolve(actor);
  await scene.hub.modules.spaces.setVariable(who, repo, { name: 'A', value: 'a', description: null });
  return { fields: { name: 'A' } };
});
const withSecret = aboutRepo('space', async (repo, { scene }) => {
  const { actor } = await scene.visit('ada');
  const who = (): Promise<typeof actor> => Promise.resolve(actor);
  await scene.hub.modules.secrets.set(who, repo, Buffer.from('{"key":"B","value":"b"}'));
  return { fields: { name: 'B' } };
});

const REPO = '{prefix}/{namespace}/{name}';
const ORG = '/account/organizations/{name}';
const GOVERNED = '/security/organizations/{org}';
/** A page of the organisation's that is for those who administer it. */
const governed: Making = () => ({ at: { org: 'acme' } });
const plain: Making = () => ({});
const repoPage = aboutRepo('model', {});
const spacePage = aboutRepo('space', {});

/** How each is called; a form is named by its page and its action. */
export const PAGE_CALLS: Readonly<Record<string, Making>> = {
  '/': plain,
  '/account': plain,
  '/account ?/fullname': ({ tag }) => ({ fields: { fullname: `Somebody ${tag}` } }),
  '/account ?/connect': () => NOTHING,
  '/account ?/disconnect': () => ({ told: /is not connected to single sign-on/ }),
  '/account ?/requirement': async (ask) => {
    await factor({ ...ask, caller: 'owner' }, true);
    return { fields: { organization: await ownOrg(ask), required: 'yes' } };
  },
  '/account ?/password': () => ({ fields: { next: PASSWORD, again: PASSWORD } }),
  '/account/applications': plain,
  '/account/applications ?/register': ({ tag }) => ({
    fields: { name: `App ${tag}`, redirects: 'https://app.example/back', kind: 'public', scope: 'openid' },
  }),
  '/account/applications ?/delete': async (ask) => ({ fields: await application(ask) }),
  '/account/applications ?/revoke': async (ask) => ({ fields: await authorized(ask) }),
  '/account/invitations': plain,
  '/account/invitations ?/invite': ({ tag }) => ({
    fields: { email: `in-${tag}@example.org`, organization: 'acme', role: 'read' },
  }),
  '/account/invitations ?/revoke': async (ask) => ({ fields: { id: (await invitation(ask, 'acme')).id } }),
  [ORG]: () => ({ at: { name: 'acme' } }),
  [`${ORG} ?/role`]: aboutOrg(() => ({ user: 'reader', role: 'write' })),
  [`${ORG} ?/remove`]: aboutOrg(() => ({ user: 'reader' })),
  [`${ORG} ?/leave`]: aboutOrg(() => ({})),
  [`${ORG} ?/transfer`]: aboutOrg(() => ({ user: 'writer' })),
  [`${ORG} ?/rename`]: aboutOrg(({ tag }) => ({ to: `named-${tag}` })),
  [`${ORG} ?/delete`]: aboutOrg(() => ({})),
  [`${ORG} ?/policy`]: aboutOrg(() => ({ days: '30' })),
  [`${ORG} ?/approve`]: aboutOrg(async (ask, org) => {
    const { actor } = await ask.scene.visit('ada');
    await ask.scene.hub.modules.orgPolicies.change(actor, org, { approvesTokens: true });
    return { id: await ownToken(ask, 'reader') };
  }),
  [`${ORG} ?/end`]: aboutOrg(async (ask) => ({ id: await ownToken(ask, 'reader') })),
  [`${ORG} ?/readmit`]: aboutOrg(async (ask, org) => ({ id: await endedToken(ask, org) })),
  '/account/passkeys': plain,
  '/account/passkeys ?/add': () => ({ fields: { response: '{}', name: 'key' }, told: NO_PASSKEY }),
  '/account/passkeys ?/remove': () => ({ fields: { id: 'a'.repeat(24) }, told: /There is no such passkey/ }),
  '/account/prove': plain,
  '/account/prove ?/default': async (ask) => {
    await withoutFactor(ask);
    return { fields: { password: PASSWORD, code: '' } };
  },
  '/account/prove/code': plain,
  // Leads to where one begins: nobody here has begun it at the issuer.
  '/account/prove/code ?/default': () => ({ ...NOTHING, fields: { code: '123456' } }),
  '/account/prove/issuer': plain,
  '/account/prove/passkey': plain,
  '/account/prove/passkey ?/default': () => ({ fields: { response: '{}' }, told: NO_PASSKEY }),
  '/account/second-factor': plain,
  '/account/second-factor ?/begin': async (ask) => {
    await withoutFactor(ask);
    return {};
  },
  '/account/second-factor ?/confirm': async (ask) => ({ fields: await factor(ask, false) }),
  '/account/second-factor ?/codes': async (ask) => {
    await factor(ask, true);
    return {};
  },
  '/account/second-factor ?/remove': async (ask) => {
    await factor(ask, true);
    return {};
  },
  '/account/sessions': plain,
  '/account/sessions ?/end': async (ask) => ({ fields: { id: (await ownSession(ask)).id } }),
  '/account/sessions ?/others': async (ask) => {
    await ask.scene.visit(userOf(ask.caller));
    return {};
  },
  '/account/tokens': plain,
  '/account/tokens ?/preview': () => ({ ...NOTHING, fields: { kind: 'read' } }),
  '/account/tokens ?/create': () => ({ fields: { kind: 'read', name: 'made', days: '30' } }),
  '/account/tokens ?/revoke': async (ask) => ({ fields: { id: await ownToken(ask) } }),
  '/device': plain,
  '/device ?/find': async (ask) => ({ ...NOTHING, fields: await deviceCode(ask) }),
  '/device ?/approve': async (ask) => ({
    fields: { ...(await deviceCode(ask)), [`user:${userOf(ask.caller)}`]: 'read' },
  }),
  '/device ?/deny': async (ask) => ({ fields: await deviceCode(ask) }),
  '/join/{invitation}': async (ask) => ({ at: { invitation: (await invitation(ask, 'acme')).text } }),
  '/join/{invitation} ?/accept': async (ask) => ({
    at: await joined(ask),
    fields: { name: `new-${ask.tag}`, password: PASSWORD, again: PASSWORD },
  }),
  '/join/{invitation} ?/issuer': async (ask) => ({ ...NOTHING, at: await joined(ask) }),
  '/join/{invitation} ?/join': async (ask) => {
    // Who is let in does not belong to it yet.
    const org = `own-${ask.tag}`;
    const owner = userOf(ask.caller) === 'ada' ? 'boss' : 'ada';
    const { identity } = ask.scene.hub.modules;
    await ask.scene.once(org, async () => await identity.createOrg(OPERATOR, { name: org, owner }));
    return { at: { invitation: (await invitation(ask, org, owner)).text } };
  },
  '/language': plain,
  '/language ?/default': () => ({ ...NOTHING, fields: { language: 'en', back: '/' } }),
  '/new/space': plain,
  '/new/space ?/default': ({ tag }) => ({
    fields: { namespace: 'acme', name: `space-${tag}`, sdk: 'static', visibility: 'private' },
  }),
  '/oauth/authorize': ({ scene }) => consent(scene.application),
  '/oauth/authorize ?/allow': ({ scene }) => ({ ...consent(scene.application), fields: { answer: 'yes' } }),
  '/oauth/authorize ?/refuse': ({ scene }) => ({
    ...NOTHING,
    ...consent(scene.application),
    fields: { answer: 'no' },
  }),
  '/search': () => ({ query: 'q=repo' }),
  '/security': plain,
  '/security/doors': plain,
  '/security/doors/{space}': async (ask) => ({ at: { space: (await ownRepo(ask, 'space')).id } }),
  '/security/organizations': plain,
  [GOVERNED]: governed,
  [`${GOVERNED}/doors`]: governed,
  [`${GOVERNED}/doors/{space}`]: async (ask) => ({
    at: { org: 'acme', space: (await ownRepo(ask, 'space')).id },
  }),
  [`${GOVERNED}/ledger`]: governed,
  [`${GOVERNED}/ledger/{hash}`]: async (ask) => {
    const { id } = await ownRepo(ask, 'space');
    const { actor } = await ask.scene.visit('boss');
    const { ledger } = ask.scene.hub.modules.centre;
    const [entry] = (await ledger.list(actor, { subject: `repo:${id}` }, { limit: 1 })).items;
    return { at: { org: 'acme', hash: entry?.hash ?? assert.fail('there is no entry') } };
  },
  [`${GOVERNED}/members`]: governed,
  [`${GOVERNED}/members ?/remove`]: async (ask) => {
    const { at, ...rest } = await aboutOrg(() => ({ user: 'reader' }))(ask);
    return { ...rest, at: { org: at?.['name'] ?? '' } };
  },
  [`${GOVERNED}/secrets`]: governed,
  '/security/ledger': plain,
  '/security/ledger/{hash}': async ({ scene }) => {
    const { actor } = await scene.visit('boss');
    const [entry] = (await scene.hub.modules.centre.ledger.list(actor, {}, { limit: 1 })).items;
    return { at: { hash: entry?.hash ?? assert.fail('there is no entry') } };
  },
  '/security/mail': plain,
  '/security/secrets': plain,
  '/security/secrets/{space}': async (ask) => ({ at: { space: (await ownRepo(ask, 'space')).id } }),
  '/security/sessions': plain,
  '/security/sessions ?/end': async (ask) => ({ fields: await ownSession(ask, 'deputy') }),
  '/security/tokens': plain,
  '/security/tokens ?/revoke': async (ask) => ({
    fields: { id: await ownToken(ask, 'deputy'), reason: 'seen' },
  }),
  '/security/users': plain,
  '/security/users/{name}': () => ({ at: { name: 'ada' } }),
  '/security/users/{name} ?/sessions': async (ask) => {
    const { name, id } = await person(ask);
    await ask.scene.hub.modules.signIn.begin(id as never, ['password'], BROWSER);
    return { at: { name } };
  },
  '/security/users/{name} ?/disable': async (ask) => ({ at: { name: (await person(ask)).name } }),
  '/security/users/{name} ?/enable': async (ask) => {
    const { name } = await person(ask);
    await ask.scene.once(
      `${name}, disabled`,
      async () => await ask.scene.hub.modules.identity.disableUser(OPERATOR, name),
    );
    return { at: { name } };
  },
  '/sign-in': plain,
  '/sign-in ?/default': () => ({ ...NOTHING, fields: { name: 'deputy', password: PASSWORD } }),
  '/sign-in/code': plain,
  // Leads to the first half of a sign-in: nobody here has one.
  '/sign-in/code ?/default': () => ({ ...NOTHING, fields: { code: '123456' } }),
  '/sign-in/issuer': plain,
  '/sign-in/issuer/back': plain,
  '/sign-in/passkey': plain,
  '/sign-in/passkey ?/default': () => ({ fields: { response: '{}' }, told: NO_PASSKEY }),
  '/sign-out': plain,
  '/sign-out ?/default': ({ caller }) => (UNKNOWN.includes(caller) ? NOTHING : {}),
  '/sign-up': plain,
  '/sign-up ?/default': ({ scene, tag }) => {
    // So many are taken from one address in an hour.
    scene.hub.passTime(61);
    return { ...NOTHING, fields: { email: `up-${tag}@example.org` } };
  },
  '/{namespace}': () => ({ at: { namespace: 'acme' } }),
  '/{list}': () => ({ at: { list: 'models' } }),
  [REPO]: repoPage,
  [`${REPO}/blob/*`]: repoPage,
  [`${REPO}/commits/*`]: aboutRepo('model', { at: { '*': 'main' } }),
  [`${REPO}/commit/{commit}`]: aboutRepo('model', (repo) => ({ at: { commit: repo.head ?? '' } })),
  [`${REPO}/delete/*`]: repoPage,
  [`${REPO}/delete/* ?/default`]: aboutRepo('model', (repo) => ({ fields: { parent: repo.head ?? '' } })),
  [`${REPO}/duplicate`]: spacePage,
  [`${REPO}/duplicate ?/default`]: aboutRepo('space', (_repo, { caller, tag }) => ({
    fields: { namespace: userOf(caller), name: `copy-${tag}`, visibility: 'private' },
  })),
  [`${REPO}/edit/*`]: repoPage,
  [`${REPO}/edit/* ?/default`]: aboutRepo('model', (repo) => ({
    fields: { parent: repo.head ?? '', text: '# There\n' },
  })),
  [`${REPO}/logs`]: spacePage,
  [`${REPO}/new/*`]: aboutRepo('model', { at: { '*': 'main' } }),
  [`${REPO}/new/* ?/default`]: aboutRepo('model', (repo) => ({
    ...{ at: { '*': 'main' }, fields: { parent: repo.head ?? '', name: 'a.txt', text: 'a\n' } },
  })),
  [`${REPO}/refs`]: repoPage,
  [`${REPO}/settings`]: repoPage,
  [`${REPO}/settings ?/visibility`]: aboutRepo('model', (repo) => ({
    fields: { visibility: repo.visibility === 'private' ? 'public' : 'private' },
  })),
  [`${REPO}/settings ?/move`]: aboutRepo('model', (_repo, { tag }) => ({
    fields: { namespace: 'acme', name: `moved-${tag}` },
  })),
  [`${REPO}/settings ?/delete`]: aboutRepo('model', ({ namespace, name }) => ({
    fields: { typed: `${namespace}/${name}` },
  })),
  [`${REPO}/settings/app`]: spacePage,
  [`${REPO}/settings/app ?/act`]: aboutRepo('space', { fields: { act: 'pause' } }),
  [`${REPO}/settings/app ?/variable`]: aboutRepo('space', { fields: { name: 'A', value: 'a' } }),
  [`${REPO}/settings/app ?/delete-variable`]: withVariable,
  [`${REPO}/settings/app ?/delete-secret`]: withSecret,
  [`${REPO}/settings/app ?/limits`]: aboutRepo('space', { fields: { hardware: 'cpu-basic', sleep: '3600' } }),
  [`${REPO}/settings/app ?/egress`]: aboutRepo('space', { fields: { kind: 'closed' } }),
  [`${REPO}/settings/secret`]: spacePage,
  [`${REPO}/settings/secret ?/default`]: aboutRepo('space', { fields: { key: 'B', value: 'b' } }),
  [`${REPO}/tree/*`]: aboutRepo('model', { at: { '*': 'main' } }),
  [`${REPO}/upload/*`]: aboutRepo('model', { at: { '*': 'main' } }),
};
