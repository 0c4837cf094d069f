// What can be taken back at one hub, each from somebody who uses it at the other.
import { ask, operate, type Sent, type TwoHubs } from './two-hubs.ts';

/** Somebody who is let in at the second hub, and the act at the first that ends it. */
export interface Victim {
  /** Whether they are let in just now. */
  readonly isLetIn: () => Promise<boolean>;
  readonly end: () => Promise<unknown>;
}

/** Makes a victim of this kind, under a name that nobody has. */
export type Kind = (hubs: TwoHubs, name: string) => Promise<Victim>;

const ORG = 'acme';
const REPO = `${ORG}/hidden`;

/** Makes what all of them need: an organisation with a private repository. */
export async function prepare(hubs: TwoHubs): Promise<void> {
  await operate(hubs.a, 'orgs', { name: ORG, owner: 'admin' });
  const { token = '' } = await operate(hubs.a, 'tokens', { user: 'admin', name: 'bench', role: 'write' });
  const body = JSON.stringify({ type: 'model', organization: ORG, name: 'hidden', private: true });
  const { status, text } = await ask(hubs.a, {
    ...post('/api/repos/create', body),
    headers: withToken(token),
  });
  if (status !== 200) throw new Error(`no repository was made: ${status} ${text}`);
}

/** All kinds, by what is ended and how. */
export const KINDS: Readonly<Record<string, Kind>> = {
  'a token, by the operator': async (hubs, name) => {
    const { id, token } = await member(hubs, name);
    return withTokenOf(hubs, token, async () => await operate(hubs.a, `tokens/${id}/revoke`));
  },
  'a token, reported as found': async (hubs, name) => {
    const { token } = await member(hubs, name);
    const body = JSON.stringify({ credentials: [token] });
    return withTokenOf(hubs, token, async () => await ask(hubs.a, post('/api/credentials/revoke', body)));
  },
  'a token, in an organization': async (hubs, name) => {
    const { id, token } = await member(hubs, name);
    return withTokenOf(hubs, token, async () => await operate(hubs.a, `orgs/${ORG}/tokens/${id}/end`));
  },
  'a token, its user disabled': async (hubs, name) => {
    const { token } = await member(hubs, name);
    return withTokenOf(hubs, token, async () => await operate(hubs.a, `users/${name}/disable`));
  },
  'a token, its user taken out': async (hubs, name) => {
    const { token } = await member(hubs, name);
    const end = async () => await operate(hubs.a, `orgs/${ORG}/members/remove`, { user: name });
    return withTokenOf(hubs, token, end);
  },
  'a token, its user lowered': async (hubs, name) => {
    const { token } = await member(hubs, name);
    const end = async () => await operate(hubs.a, `orgs/${ORG}/members`, { user: name, role: 'read' });
    return withTokenOf(hubs, token, end);
  },
  'a Xet token, of a token that is revoked': async (hubs, name) => {
    const { id, token } = await member(hubs, name);
    const wish = { path: `/api/models/${REPO}/xet-read-token/main`, headers: withToken(token) };
    const { accessToken, casUrl } = JSON.parse((await ask(hubs.b, wish)).text) as Record<string, string>;
    // No such file is what who is let in is told.
    const path = `${new URL(casUrl ?? '').pathname}/v2/reconstructions/${'0'.repeat(64)}`.replace('//', '/');
    const asked = { path, headers: withToken(accessToken ?? '') };
    const isLetIn = async () => (await ask(hubs.b, asked)).status !== 401;
    return { isLetIn, end: async () => await operate(hubs.a, `tokens/${id}/revoke`) };
  },
  'a session that signs out': async (hubs, name) => {
    const session = await signIn(hubs, name);
    const cookie = `holdfast-${hubs.a.port}-session=${session}`;
    return withSession(hubs, session, async () => await ask(hubs.a, form(hubs, '/sign-out', {}, cookie)));
  },
  'a session that the operator ends': async (hubs, name) => {
    const session = await signIn(hubs, name);
    return withSession(hubs, session, async () => await operate(hubs.a, `users/${name}/sign-out`));
  },
  'a session, its user taken out': async (hubs, name) => {
    const session = await signIn(hubs, name);
    const end = async () => await operate(hubs.a, `orgs/${ORG}/members/remove`, { user: name });
    return withSession(hubs, session, end);
  },
};

function withToken(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}

function post(path: string, body: string): Sent {
  return { method: 'POST', path, body, headers: { 'content-type': 'application/json' } };
}

function form(
  { a }: TwoHubs,
  path: string,
  ...[fields, cookie]: readonly [fields: Record<string, string>, cookie: string]
): Sent {
  const headers = {
    ...{ origin: `http://localhost:${a.port}`, 'sec-fetch-site': 'same-origin', cookie },
    'content-type': 'application/x-www-form-urlencoded',
  };
  return { method: 'POST', path, body: new URLSearchParams({ ...fields, sent: 'yes' }).toString(), headers };
}

/** A member who may write, with a token. */
async function member(
  { a }: TwoHubs,
  name: string,
): Promise<{ readonly id: string; readonly token: string }> {
  await addMember({ a }, name);
  const { id = '', token = '' } = await operate(a, 'tokens', { user: name, name: 'bench', role: 'write' });
  return { id, token };
}

async function addMember({ a }: Pick<TwoHubs, 'a'>, name: string): Promise<string> {
  const { password = '' } = await operate(a, 'users', { name, email: `${name}@example.org` });
  await operate(a, `orgs/${ORG}/members`, { user: name, role: 'write' });
  return password;
}

async function signIn(hubs: TwoHubs, name: string): Promise<string> {
  const password = await addMember(hubs, name);
  const { status, headers } = await ask(hubs.a, form(hubs, '/sign-in', { name, password }, ''));
  const set = (headers['set-cookie'] ?? []).join('\n');
  const session = new RegExp(`holdfast-${hubs.a.port}-session=([^;]+)`).exec(set)?.[1];
  if (session === undefined) throw new Error(`${name} could not sign in: ${status}`);
  return session;
}

function withTokenOf({ b }: TwoHubs, token: string, end: Victim['end']): Victim {
  const asked = { path: `/api/models/${REPO}/auth-check/write`, headers: withToken(token) };
  return { isLetIn: async () => (await ask(b, asked)).status === 200, end };
}

function withSession({ b }: TwoHubs, session: string, end: Victim['end']): Victim {
  const asked = { path: `/${REPO}`, headers: { cookie: `holdfast-${b.port}-session=${session}` } };
  return { isLetIn: async () => (await ask(b, asked)).status === 200, end };
}
