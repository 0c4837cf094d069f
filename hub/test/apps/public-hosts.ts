// A real app calls public hosts with secrets that it never has, by the clients that everybody uses. The hosts are played; they check the
// credential, and what they were asked is held against what the app sent, and against what it and everybody else has.
import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { digestOfPayload, isSignedWith, readSigned } from '@holdfast/door/run/brokering/aws-signature';
import type { Seen } from '@holdfast/door/played/open-world';
import { PLAYED } from '@holdfast/door/played/values';
import { commit, pause, post, readLog, untilStage, visit, type Site } from '../harness/app-site.ts';
import { type Outside } from '../harness/outside.ts';
import { openSuperuser } from '../harness/superuser.ts';
import { FILES } from './public-hosts-app.ts';
import { judgeSandboxes } from './who-has.ts';

const NAME = 'caller';
const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';

/** What hosts want to be asked with: fresh, and as the keys of each look. */
export interface HostKeys {
  readonly openai: string;
  readonly anthropic: string;
  readonly aws: string;
  readonly git: string;
}

function letters(count: number): string {
  return randomBytes(2 * count)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, count);
}

/** Makes them. */
export function makeHostKeys(): HostKeys {
  return {
    openai: `sk-proj-${letters(60)}`,
    anthropic: `sk-ant-api03-${letters(90)}`,
    aws: letters(40),
    git: `ghp_${letters(36)}`,
  };
}

const HELLO = 'brokered hello';
const MODELS = `${HELLO} ${hash('sha256', '')}`;
const ANSWERS: Readonly<Record<string, string>> = {
  by_openai: `${HELLO}, ${HELLO}`,
  by_anthropic: HELLO,
  ...Object.fromEntries(
    ['requests', 'httpx', 'aiohttp', 'node', 'curl'].map((name) => [`by_${name}`, MODELS]),
  ),
  by_boto3: `${HELLO}, {"hello": 2}`.replace(': ', ':'),
  by_huggingface_hub: 'admin',
  by_git: 'cloned',
};

interface Called {
  readonly said: Readonly<Record<string, string>>;
  readonly sent: Readonly<Record<string, string>>;
}

interface Looked {
  readonly found: readonly string[];
  readonly held: Readonly<Record<string, string>>;
  readonly variable: string;
  readonly file: string;
  readonly beside: readonly string[];
}

async function open<Answer>(site: Site, path: string): Promise<Answer> {
  const { status, body } = await visit(site, NAME, { path });
  assert.equal(status, 200, status === 200 ? body : `${body}\n${await readLog(site, NAME)}`);
  return JSON.parse(body) as Answer;
}

/** The values of a header, as a host saw it; of one that came twice, both. */
function fieldOf({ raw = [] }: Seen, name: string): readonly string[] {
  return raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === name);
}

function isSignedBy({ method = '', url = '', raw = [], body = '' }: Seen, value: string): boolean {
  const fields = raw.flatMap((written, at) =>
    at % 2 === 0 ? [{ name: written.toLowerCase(), written, value: raw[at + 1] ?? '' }] : [],
  );
  const head = { method, target: url, fields };
  const signed = readSigned(head);
  if (signed === undefined || typeof signed === 'string') return false;
  const payload = signed.payload ?? digestOfPayload(Buffer.from(body, 'latin1'));
  return isSignedWith(head, signed, { key: Buffer.from(value), payload });
}

/** Each host was asked with the value, in its place, and nothing else of a request has it. */
function judgeHosts(seen: readonly Seen[], keys: HostKeys): void {
  const of = (host: string): Seen[] => seen.filter(({ played }) => played === host);
  const asked = of(PLAYED.openai);
  assert.equal(asked.length, 8, JSON.stringify(asked));
  for (const one of asked) assert.deepEqual(fieldOf(one, 'authorization'), [`Bearer ${keys.openai}`]);
  const [message, ...more] = of(PLAYED.anthropic);
  assert.ok(message !== undefined && more.length === 0);
  const credentials = ['authorization', 'x-api-key'].flatMap((name) => fieldOf(message, name));
  assert.deepEqual(credentials, [`Bearer ${keys.anthropic}`]);
  const signed = [...of(PLAYED.aws), ...of(PLAYED.bedrock)];
  assert.equal(signed.length, 3);
  for (const one of signed) assert.ok(isSignedBy(one, keys.aws), `${one.method} ${one.url}`);
  const cloning = of(PLAYED.git).flatMap((one) => fieldOf(one, 'authorization'));
  const basic = `Basic ${Buffer.from(`x:${keys.git}`).toString('base64')}`;
  assert.ok(cloning.length > 1 && cloning.every((one) => one === basic), 'git signs in when it is asked to');
  const everything = JSON.stringify(seen.map(({ url, body }) => [url, body]));
  for (const key of Object.values(keys)) assert.ok(!everything.includes(key));
}

/** Elsewhere the placeholder is what arrives, or nothing. */
async function judgeStray(site: Site, { outside, keys }: Ground): Promise<void> {
  const from = outside.seen.length;
  const stray = await open<Record<string, number>>(site, '/stray');
  assert.deepEqual(Object.values(stray), [401, 403, 403, 403], JSON.stringify(stray));
  const seen = outside.seen.slice(from);
  assert.deepEqual(
    seen.map(({ played }) => played),
    [PLAYED.evil],
  );
  const held = seen.flatMap((one) => fieldOf(one, 'authorization'));
  assert.equal(held.length, 1);
  assert.match(held[0] ?? '', /^Bearer sk-proj-/);
  for (const key of Object.values(keys)) assert.ok(!JSON.stringify(seen).includes(key));
}

interface Entry {
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

async function entriesOf({ instance }: Site): Promise<readonly Entry[]> {
  await using superuser = await openSuperuser(instance);
  const { rows } = await superuser.pool.query<Entry>(
    `with named as (select distinct subject, body::jsonb->>'name' as name from ledger.entry
        where kind = 'secret.set' and body::jsonb->>'space' =
          (select body::jsonb->>'space' from ledger.entry where kind = 'secret.set' and body::jsonb->>'name' = 'ANTHROPIC_API_KEY'))
      select kind, body::jsonb || jsonb_build_object('name', name) as body
        from ledger.entry join named using (subject) order by at`,
  );
  return rows;
}

const BROKERED = ['ANTHROPIC_API_KEY', 'AWS_SECRET_ACCESS_KEY', 'GITHUB_TOKEN', 'HF_TOKEN', 'OPENAI_API_KEY'];
const GIVEN = ['AWS_ACCESS_KEY_ID', 'FILED', 'PLAIN'];

/** Everything that was handed over, used and ended is on record, by the run that had it. */
async function judgeLedger(site: Site): Promise<void> {
  // The Space is paused from the moment that it is said.
  const isEnded = (all: readonly Entry[]): boolean =>
    all.filter(({ kind }) => kind === 'secret.ended').length >= BROKERED.length + GIVEN.length;
  let entries = await entriesOf(site);
  for (let n = 0; n < 150 && !isEnded(entries); n += 1, entries = await entriesOf(site)) await delay(200);
  const of = (kind: string): readonly Entry[] => entries.filter((entry) => entry.kind === `secret.${kind}`);
  const [run] = of('released').map(({ body }) => body['run']);
  for (const kind of ['released', 'delivered', 'ended']) {
    const said = of(kind).map(({ body }) => `${String(body['name'])} ${String(body['holder'])}`);
    const wanted = [...BROKERED.map((name) => `${name} door`), ...GIVEN.map((name) => `${name} sandbox`)];
    assert.deepEqual(said.toSorted(), wanted.toSorted(), kind);
  }
  const routes = new Set(of('lease').map(({ body }) => `${String(body['name'])} ${String(body['host'])}`));
  assert.deepEqual([...routes].toSorted(), [
    `ANTHROPIC_API_KEY ${PLAYED.anthropic}`,
    `AWS_SECRET_ACCESS_KEY ${PLAYED.bedrock}`,
    `AWS_SECRET_ACCESS_KEY ${PLAYED.aws}`,
    `GITHUB_TOKEN ${PLAYED.git}`,
    'HF_TOKEN hub.holdfast.internal',
    `OPENAI_API_KEY ${PLAYED.openai}`,
  ]);
  const uses = of('used').filter(({ body }) => body['name'] === 'OPENAI_API_KEY');
  const count = uses.reduce((sum, { body }) => sum + Number(body['uses'] ?? 0), 0);
  assert.equal(count, 8, `each use is counted, once: ${JSON.stringify(uses)}`);
  assert.ok(
    of('misplaced').some(
      ({ body }) => body['name'] === 'OPENAI_API_KEY' && body['host'] === PLAYED.anthropic,
    ),
    'and that it was sent to the host of another secret',
  );
  // That it was set, and what a token could write then, is of no run.
  for (const { kind, body } of entries)
    if (kind !== 'secret.set' && kind !== 'space.token-reach')
      assert.equal(body['run'], run, `${kind} is of the run`);
}

interface Sunk {
  readonly versions: readonly {
    readonly holders: readonly { readonly by: string; readonly ended: unknown }[];
    readonly sinks: {
      readonly hosts: readonly { readonly host: string; readonly port: number }[];
      readonly logs: unknown;
    };
  }[];
}

/** Where a secret could be that the app saw: at every host that it reached while it had it, by whatever way, and at no other. */
async function judgeSinks({ instance }: Site): Promise<void> {
  const wanted = [PLAYED.openai, PLAYED.anthropic, PLAYED.aws, PLAYED.bedrock, PLAYED.git, PLAYED.evil]
    .map((host) => `${host}:443`)
    .concat('hub.holdfast.internal:80')
    .toSorted();
  const ask = async (name: string) => {
    const said = await instance.admin('secrets', 'sinks', `admin/${NAME}`, name, '--json');
    const [version, ...more] = (JSON.parse(said) as Sunk).versions;
    assert.ok(version !== undefined && more.length === 0);
    return version;
  };
  let plain = await ask('PLAIN');
  const reached = (): string[] => plain.sinks.hosts.map(({ host, port }) => `${host}:${port}`).toSorted();
  for (let n = 0; n < 100 && reached().length < wanted.length; n += 1) {
    await delay(200);
    plain = await ask('PLAIN');
  }
  assert.deepEqual(reached(), wanted);
  assert.deepEqual(
    plain.holders.map(({ by, ended }) => [by, ended !== null]),
    [['sandbox', false]],
  );
  const brokered = await ask('OPENAI_API_KEY');
  assert.deepEqual(
    brokered.holders.map(({ by }) => by),
    ['door'],
  );
  assert.deepEqual([brokered.sinks.hosts, brokered.sinks.logs], [[], null], 'no app had it');
}

/** What it is shown with. */
interface Ground {
  readonly outside: Outside;
  readonly keys: HostKeys;
}

async function setSecrets(site: Site, keys: HostKeys): Promise<Readonly<Record<string, string>>> {
  const values = {
    ...{ OPENAI_API_KEY: keys.openai, ANTHROPIC_API_KEY: keys.anthropic, GITHUB_TOKEN: keys.git },
    ...{ AWS_SECRET_ACCESS_KEY: keys.aws, AWS_ACCESS_KEY_ID: KEY_ID },
    HF_TOKEN: await site.instance.createToken({ user: 'admin', role: 'read' }),
    ...{ PLAIN: `variable-${letters(32)}`, FILED: `file-${letters(32)}` },
  };
  const more: Readonly<Record<string, object>> = {
    AWS_SECRET_ACCESS_KEY: { hosts: [PLAYED.aws, PLAYED.bedrock] },
    FILED: { way: 'file' },
  };
  for (const [key, value] of Object.entries(values))
    await post(site, `/api/spaces/admin/${NAME}/secrets`, [{ key, value, ...more[key] }]);
  return values;
}

/** Shows it. `asRoot`: the memory of other processes can be looked into. */
export async function provePublicHosts(
  site: Site,
  ground: Ground & { readonly asRoot: boolean },
): Promise<void> {
  const { outside, keys, asRoot } = ground;
  await post(site, '/api/repos/create', [{ type: 'space', name: NAME, sdk: 'gradio', private: true }]);
  const values = await setSecrets(site, keys);
  await commit(site, { type: 'space', name: NAME, files: FILES });
  await untilStage(site, NAME);
  const from = outside.seen.length;
  const { said, sent } = await open<Called>(site, '/calls');
  assert.deepEqual(said, ANSWERS);
  judgeHosts(outside.seen.slice(from), keys);
  for (const one of Object.values(sent)) {
    assert.match(one, /^Bearer sk-proj-/);
    assert.notEqual(one, `Bearer ${keys.openai}`, 'the request as the app made it has none');
  }
  await judgeStray(site, ground);
  const looked = await open<Looked>(site, '/look');
  const secret = new Set(BROKERED.map((name) => hash('sha256', values[name] ?? '')));
  assert.ok(looked.found.length >= 4, 'what it has, it finds');
  for (const [name, held] of Object.entries(looked.held)) {
    assert.ok(!secret.has(held), name);
    if (name !== 'AWS_SECRET_ACCESS_KEY') assert.ok(looked.found.includes(held), `${name} is found`);
  }
  assert.deepEqual(
    looked.found.filter((one) => secret.has(one)),
    [],
    'and nothing that it must not have',
  );
  const { PLAIN: plain = '', FILED: filed = '' } = values;
  assert.deepEqual([looked.variable, looked.file], [hash('sha256', plain), hash('sha256', filed)]);
  assert.deepEqual(looked.beside, [], 'each arrives in its own way alone');
  const name = (one: string): { name: string; value: string } => ({ name: one, value: values[one] ?? '' });
  const kinds = {
    brokered: BROKERED.filter((one) => one !== 'HF_TOKEN').map(name),
    tokens: [name('HF_TOKEN')],
    given: ['PLAIN', 'FILED'].map(name),
  };
  if (asRoot) await judgeSandboxes(site.instance, kinds);
  await judgeSinks(site);
  await pause(site, NAME);
  await judgeLedger(site);
}
