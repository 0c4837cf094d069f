// Code in the place of the hub, at the level of separation that the instance has: it says every word on every channel, plays tickets
// again, writes to what is the vault's by SQL, and starts the Space with a program of its own. It gets what that start may have, which is
// on the ledger, and what is set through it from then on; nothing that was set before and is not released comes out.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext } from 'node:test';
import { canonicalJson } from '@holdfast/kernel/canonical-json';
import { newId } from '@holdfast/kernel/id';
import { makeSealingPair, openSealing } from '@holdfast/kernel/sealing';
import { type Want } from '@holdfast/runner/frames';
import { HUB_TO_VAULT } from '@holdfast/vault/frames';
import { commit, post, untilStage, type Site } from '../harness/app-site.ts';
import { Intruder } from '../harness/break-in.ts';
import { isInMemory, listDescendants } from '../harness/processes.ts';
import { openSuperuser } from '../harness/superuser.ts';
import { proveTables } from './taken-over-tables.ts';
import { FD, foreignWords, readGrammar, requireEveryWord } from './taken-over-words.ts';

const [TAKEN, SPARED] = ['taken', 'spared'] as const;
const SERVE = `
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), http.server.SimpleHTTPRequestHandler).serve_forever()
`;
const APP = `import http.server, os\n${SERVE}`;
/** Of the intruder: it writes what it has as no mask looks for it. */
const SPY = `
import http.server, os
for name in ("PLAIN", "FILED", "OPENAI_API_KEY"):
    value = os.environ.get(name) or open(os.environ[name + "_FILE"]).read()
    print("spied", name, value[::-1], "end", flush=True)
${SERVE}`;
const WITHHELD = ['ticket-wanted', 'status', 'ended', 'log', 'usage', 'able'];

interface Ground {
  readonly site: Site;
  readonly intruder: Intruder;
  readonly space: string;
  readonly spared: string;
  /** As the hub wanted it. */
  readonly want: Want;
  /** Values that were set before. */
  readonly values: Readonly<Record<'PLAIN' | 'FILED' | 'OPENAI_API_KEY' | 'OTHER', string>>;
  calls: number;
  generation: number;
}

interface Entry {
  readonly kind: string;
  readonly subject: string;
  readonly writer: string;
  readonly actor: string;
  readonly body: Record<string, unknown>;
}

async function entriesOf({ instance }: Site, kind: string): Promise<Entry[]> {
  await using superuser = await openSuperuser(instance);
  const { rows } = await superuser.pool.query<Omit<Entry, 'body'> & { body: string }>(
    'select kind, subject, writer, actor, body from ledger.entry where kind like $1 order by at',
    [kind],
  );
  return rows.map((row) => ({ ...row, body: JSON.parse(row.body) as Record<string, unknown> }));
}

async function spaceOf(site: Site, secret: string): Promise<string> {
  const found = (await entriesOf(site, 'secret.set')).find(({ body }) => body['name'] === secret);
  return String(found?.body['space']);
}

/** Two Spaces with secrets, of which one runs, and then somebody in the hub. */
async function prepare(site: Site, checkout: string): Promise<Ground> {
  const fresh = (name: string): string => `${name}-${randomBytes(24).toString('hex')}`;
  const values = {
    ...{ PLAIN: fresh('plain'), FILED: fresh('filed'), OTHER: fresh('other') },
    OPENAI_API_KEY: `sk-proj-${randomBytes(60).toString('base64url')}`,
  };
  for (const name of [TAKEN, SPARED])
    await post(site, '/api/repos/create', [{ type: 'space', name, sdk: 'gradio', private: true }]);
  const set = async (name: string, key: string, more: object) =>
    await post(site, `/api/spaces/admin/${name}/secrets`, [{ key, ...more }]);
  await set(TAKEN, 'PLAIN', { value: values.PLAIN });
  await set(TAKEN, 'FILED', { value: values.FILED, way: 'file' });
  await set(TAKEN, 'OPENAI_API_KEY', { value: values.OPENAI_API_KEY });
  await set(SPARED, 'OTHER', { value: values.OTHER });
  const files = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': APP };
  await commit(site, { type: 'space', name: TAKEN, files });
  await untilStage(site, TAKEN);
  const intruder = await Intruder.breakIn(site.instance, checkout);
  const said = await intruder.until((frame) => wantOf(frame)?.name === `admin/${TAKEN}`);
  const want = wantOf(said) as Want;
  await intruder.obey({ withhold: WITHHELD });
  const spared = await spaceOf(site, 'OTHER');
  const { space, generation } = want;
  return { site, intruder, space, spared, want, values, calls: 900_000, generation };
}

function wantOf(frame: Record<string, unknown>): Want | undefined {
  return frame['said'] as Want | undefined;
}

/** Says a word that the vault answers. */
async function call(ground: Ground, frame: object): Promise<Record<string, unknown>> {
  const { intruder } = ground;
  ground.calls += 1;
  const { calls: id } = ground;
  await intruder.say(FD.vault, { ...frame, id });
  return await intruder.until(
    (one) =>
      ['done', 'refused', 'seed', 'step', 'form-key'].includes(String(one['type'])) && one['id'] === id,
  );
}

const BY = { actor: 'user:0123456789abcdef01234567', credential: 'token:whoever', personal: {} };

async function write(ground: Ground, space: string, key: string): Promise<Record<string, unknown>> {
  const state = ground.intruder.frames.findLast((frame) => frame['type'] === 'state');
  const own = makeSealingPair();
  const body = Buffer.from(JSON.stringify({ key, value: 'a value of the intruder' }));
  const box = openSealing(own, String(state?.['key']), HUB_TO_VAULT).seal(body, space);
  return await call(ground, { type: 'write', space, key: own.publicKey, box, by: BY, taken: [] });
}

/** Has the runner start the Space with a program of the intruder's. Gives the run for which it wants a ticket. */
async function startOwn(ground: Ground): Promise<{ readonly run: string; readonly commit: string }> {
  const { intruder, space, want } = ground;
  const own = randomBytes(20).toString('hex');
  await intruder.obey({ write: { space, commit: own, files: { 'README.md': '', 'app.py': SPY } } });
  ground.generation += 1;
  await intruder.say(FD.runner, { ...want, generation: ground.generation, commit: own });
  const wanted = await intruder.until((one) => one['type'] === 'ticket-wanted' && one['commit'] === own);
  return { run: String(wanted['run']), commit: own };
}

/** An entry as only hubs may record it; gives its digest. */
async function record({ intruder }: Ground, repo: string, body: Record<string, string>): Promise<string> {
  const { rows } = await intruder.ask(
    `insert into ledger.entry (kind, subject, actor, credential, body)
     values ('run.started', 'repo:${repo}', '${BY.actor}', '', '${canonicalJson(body)}') returning hash`,
  );
  return (rows as { hash: string }[])[0]?.hash ?? '';
}

async function answerTicket({ intruder }: Ground, run: string, entry: string): Promise<void> {
  const proof = `${run}.${'p'.repeat(43)}`;
  await intruder.say(FD.runner, { type: 'ticket', run, entry, proof, why: null });
}

/** How the runner says that the Space is, once it is so. */
async function untilTold(ground: Ground, stage: string, from: number): Promise<Record<string, unknown>> {
  const { intruder, generation } = ground;
  return await intruder.until(
    (one) => one['type'] === 'status' && one['generation'] === generation && one['stage'] === stage,
    from,
  );
}

async function requireRefused(
  ground: Ground,
  why: RegExp,
  ticketOf: (run: string) => Promise<string>,
): Promise<void> {
  const before = (await entriesOf(ground.site, 'secret.released')).length;
  const from = ground.intruder.frames.length;
  const { run } = await startOwn(ground);
  await answerTicket(ground, run, await ticketOf(run));
  assert.match(String((await untilTold(ground, 'RUNTIME_ERROR', from))['message']), why);
  assert.equal((await entriesOf(ground.site, 'secret.released')).length, before, 'nothing was released');
}

/** Has the vault make the seed of somebody's second factor; gives whose it is, and what the vault said. */
async function makeSeed(ground: Ground) {
  const name = { user: newId(new Date()), enrolment: newId(new Date()) };
  const wish = { ...name, key: makeSealingPair().publicKey, box: null, by: BY };
  return { name, made: await call(ground, { type: 'seed', ...wish }) };
}

/** Words that are the hub's to say, and what it gets for each. In order: what takes the run away comes last. */
const OWN: Readonly<Record<string, (ground: Ground) => Promise<void>>> = {
  'vault, of the hub: hello': async ({ intruder }) => {
    const from = intruder.frames.length;
    await intruder.say(FD.vault, { type: 'hello' });
    const state = await intruder.until((frame) => frame['type'] === 'state', from);
    assert.deepEqual(
      Object.keys(state).toSorted(),
      ['key', 'sealed', 'type'],
      'a public key, and whether it is open',
    );
  },
  'vault, of the hub: list': async (ground) => {
    const { secrets } = await call(ground, { type: 'list', space: ground.spared });
    const [only] = secrets as Record<string, unknown>[];
    assert.equal(only?.['name'], 'OTHER');
    assert.ok(!('value' in only));
  },
  'vault, of the hub: write': async (ground) => {
    assert.equal((await write(ground, ground.spared, 'PLANTED'))['type'], 'done');
    const [entry] = (await entriesOf(ground.site, 'secret.set')).filter(
      ({ body }) => body['name'] === 'PLANTED',
    );
    assert.match(entry?.writer ?? '', /^holdfast_vault_/, 'who wrote it down is not who asked');
  },
  'vault, of the hub: delete': async (ground) => {
    const by = BY;
    assert.equal(
      (await call(ground, { type: 'delete', space: ground.spared, name: 'PLANTED', by }))['type'],
      'done',
    );
    const gone = await entriesOf(ground.site, 'secret.deleted');
    assert.ok(gone.some(({ body }) => body['name'] === 'PLANTED'));
  },
  'vault, of the hub: forget': async (ground) => {
    const space = newId(new Date());
    await write(ground, space, 'FORGOTTEN');
    assert.equal((await call(ground, { type: 'forget', space, by: BY }))['type'], 'done');
    const gone = await entriesOf(ground.site, 'secret.deleted');
    assert.ok(gone.some(({ body }) => body['name'] === 'FORGOTTEN' && body['with'] === 'space'));
  },
  'vault, of the hub: seed': async (ground) => {
    const { user } = (await makeSeed(ground)).name;
    const entry = (await entriesOf(ground.site, 'secret.seed-made')).at(-1);
    assert.deepEqual([entry?.subject, entry?.writer.slice(0, 14)], [`account:${user}`, 'holdfast_vault']);
  },
  'vault, of the hub: code': async (ground) => {
    const { name, made } = await makeSeed(ground);
    const asked = { type: 'code', ...name, kept: made['kept'], code: '000000', last: 0 };
    assert.deepEqual(Object.keys(await call(ground, asked)), ['type', 'id', 'step'], 'and no seed');
    assert.equal((await call(ground, { ...asked, user: newId(new Date()) }))['type'], 'refused');
  },
  'vault, of the hub: form-key': async (ground) => {
    const { key } = await call(ground, { type: 'form-key' });
    assert.deepEqual(Object.keys(key as object), ['id', 'publicKey'], 'and nothing that opens');
  },
  'runner, of the hub: hello': async ({ intruder }) => {
    const from = intruder.frames.length;
    await intruder.say(FD.runner, { type: 'hello' });
    await intruder.until((frame) => frame['type'] === 'able', from);
  },
  'runner, of the hub: ticket': async (ground) => {
    const never = randomBytes(32).toString('hex');
    await requireRefused(ground, /there is no start ticket/, () => Promise.resolve(never));
    await requireRefused(ground, /there is no start ticket of this Space/, (run) =>
      record(ground, ground.spared, { commit: 'x', run }),
    );
  },
  'runner, of the hub: want': proveStart,
  'runner, of the hub: wake': async (ground) => {
    const { intruder, space } = ground;
    const from = intruder.frames.length;
    await intruder.say(FD.runner, { type: 'wake', space });
    await intruder.until((frame) => frame['type'] === 'usage', from);
    const [first] = intruder.frames.slice(from).filter((frame) => frame['type'] === 'ticket-wanted');
    assert.equal(first, undefined, 'one that runs is not started again');
  },
  'runner, of the hub: held': async ({ intruder, space }) => {
    const run = await intruder.usingRun(space);
    // Of a moment long ago, and of one that no clock has come to: neither ends what runs.
    for (const since of [0, Number.MAX_SAFE_INTEGER]) await intruder.say(FD.runner, { type: 'held', since });
    for (const _time of [1, 2]) assert.equal(await intruder.usingRun(space), run);
  },
  'runner, of the hub: left': async ({ intruder, space }) => {
    const run = await intruder.usingRun(space);
    const from = intruder.frames.length;
    await intruder.say(FD.runner, { type: 'left', space, run });
    await intruder.usingRun(space);
    assert.equal(
      await intruder.usingRun(space),
      run,
      'one that serves goes on, whoever is said to have left it',
    );
    assert.ok(
      !intruder.frames.slice(from).some((frame) => frame['type'] === 'ended' && frame['run'] === run),
    );
  },
  'vault, of the hub: stop': async (ground) => {
    assert.equal((await call(ground, { type: 'stop', space: ground.space, by: BY }))['type'], 'done');
    const ended = await entriesOf(ground.site, 'secret.ended');
    assert.ok(ended.some(({ body }) => body['why'] === 'stopped' && body['holder'] === 'door'));
  },
  'runner, of the hub: drop': async (ground) => {
    const from = ground.intruder.frames.length;
    await ground.intruder.say(FD.runner, { type: 'drop', space: ground.space, forget: false });
    await ground.intruder.until(
      (frame) => frame['type'] === 'ended' && frame['space'] === ground.space,
      from,
    );
  },
  'runner, of the hub: all-wanted': async (ground) => {
    const from = ground.intruder.frames.length;
    const { run } = await startOwn(ground);
    await ground.intruder.say(FD.runner, { type: 'all-wanted', spaces: [] });
    await ground.intruder.until((frame) => frame['type'] === 'ended' && frame['run'] === run, from);
  },
  ...Object.fromEntries(
    ['send-mail', 'check-mail', 'begin-sign-on', 'end-sign-on'].map((ask) => [
      `courier, of the hub: ${ask}`,
      async ({ site, intruder }: Ground) => {
        await intruder.say(FD.courier, { ask, id: newId(new Date()) });
        // Neither mail nor an issuer is configured, and the supervisor passes it on to nobody.
        const all = await listDescendants(site.instance.pid);
        assert.ok(!all.some(({ command }) => command.includes('courier/src')), 'there is no courier');
      },
    ]),
  ),
  'supervisor, of the hub: removals-head': async ({ intruder }) => {
    const from = intruder.frames.length;
    await intruder.say(FD.supervisor, { type: 'removals-head', n: 1, mac: 'of nothing' });
    const kept = await intruder.until((frame) => frame['type'] === 'removals-head-kept', from);
    assert.deepEqual(kept, { type: 'removals-head-kept', n: 1 });
  },
};

function reversed(text: string): string {
  return Buffer.from(Buffer.from(text).toReversed()).toString();
}

/** What the Space may have comes with a start that is on the ledger, and with no other of the same ticket. */
async function proveStart(ground: Ground): Promise<void> {
  const { site, intruder, space, values } = ground;
  const from = intruder.frames.length;
  const { run, commit: own } = await startOwn(ground);
  const ticket = await record(ground, space, { commit: own, run });
  await answerTicket(ground, run, ticket);
  await untilTold(ground, 'RUNNING', from);
  const spied = async (name: string): Promise<string> => {
    const line = new RegExp(`spied ${name} (\\S+) end`);
    const found = await intruder.until((frame) => line.test(JSON.stringify(frame)), from);
    return reversed(line.exec(JSON.stringify(found))?.[1] ?? '');
  };
  assert.deepEqual(
    [await spied('PLAIN'), await spied('FILED')],
    [values.PLAIN, values.FILED],
    'as any start',
  );
  const placeholder = await spied('OPENAI_API_KEY');
  assert.equal(placeholder.length, values.OPENAI_API_KEY.length);
  assert.notEqual(placeholder, values.OPENAI_API_KEY);
  const released = (await entriesOf(site, 'secret.released')).filter(({ body }) => body['run'] === run);
  assert.deepEqual(
    new Set(released.map(({ body }) => `${body['name']} ${body['holder']} ${body['commit']}`)),
    new Set([`FILED sandbox ${own}`, `OPENAI_API_KEY door ${own}`, `PLAIN sandbox ${own}`]),
    'all that it got is on record, with the commit that nobody pushed',
  );
  await proveForeign(ground, run);
  await requireRefused(ground, /the start ticket is for another run/, () => Promise.resolve(ticket));
  // And once more, so that there is one to take away.
  const again = intruder.frames.length;
  const next = await startOwn(ground);
  await answerTicket(ground, next.run, await record(ground, space, { ...next }));
  await untilTold(ground, 'RUNNING', again);
}

/** What is somebody else's to say is no word on any channel of the hub, also with a ticket that is good. */
async function proveForeign(ground: Ground, run: string): Promise<void> {
  const { site, intruder, space } = ground;
  const fresh = { run: newId(new Date()), entry: '' };
  fresh.entry = await record(ground, space, { commit: 'x', run: fresh.run });
  const foreign = foreignWords({ run, space, fresh });
  requireEveryWord(readGrammar(), Object.keys(OWN), foreign);
  const before = await entriesOf(site, 'secret.%');
  const status = (await site.instance.command('vault', 'status', '--json')).stdout;
  const from = intruder.frames.length;
  for (const frame of Object.values(foreign))
    await intruder.obey({ say: Object.values(FD).map((fd) => ({ fd, frame })) });
  // It hears in order: what it did not answer before this, it does not.
  await call(ground, { type: 'list', space });
  const kinds = new Set(intruder.frames.slice(from).map(({ type }) => type));
  for (const type of ['released', 'door', 'ready']) assert.ok(!kinds.has(type), `it was told: ${type}`);
  assert.deepEqual(await entriesOf(site, 'secret.%'), before, 'nothing was done for it');
  assert.equal(
    (await site.instance.command('vault', 'status', '--json')).stdout,
    status,
    'and the vault is as it was',
  );
}

/** What is set through it, it reads; what was set before, it never had. */
async function proveValues({ site, intruder, values }: Ground): Promise<void> {
  const value = `after-${randomBytes(24).toString('hex')}`;
  await post(site, `/api/spaces/admin/${SPARED}/secrets`, [{ key: 'AFTER', value }]);
  const { bodies } = await intruder.obey({});
  assert.ok(
    bodies.some((body) => body.includes(value)),
    'it reads along',
  );
  const known = [JSON.stringify(intruder.frames), bodies.join('\n')].join('\n');
  const never = [values.OPENAI_API_KEY, values.OTHER];
  const forms = never.flatMap((one) => [
    ...[one, reversed(one), Buffer.from(one).toString('hex')],
    Buffer.from(one).toString('base64').replace(/.{4}$/, ''),
  ]);
  for (const form of forms) assert.ok(!known.includes(form), 'it was told what it may not have');
  const hub = await site.instance.hubPid();
  for (const one of never) assert.equal(await isInMemory(hub, one), false, 'it is in the memory of the hub');
}

/** Shows it. After it, the hub of the instance is the intruder's. */
export async function proveTakenOver(t: TestContext, site: Site, checkout: string): Promise<void> {
  const ground = await prepare(site, checkout);
  await t.test('the tables of the vault', async () => await proveTables(ground));
  for (const [word, prove] of Object.entries(OWN)) await t.test(word, async () => await prove(ground));
  await t.test('values', async () => await proveValues(ground));
}
