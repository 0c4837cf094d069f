// What a run may have is handed over against one start ticket, once, sealed for that run, and not before the ledger has it signed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { DOOR_TO_VAULT, readGrant, VAULT_TO_DOOR, VaultWord } from '@holdfast/door/run/lease';
import { openSealing } from '@holdfast/kernel/sealing';
import { untilTrue } from '../../harness/vault-doors.ts';
import { BY, id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { entriesOf, startRun, stateOf } from '../../harness/vault-runs.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const LIMIT = { timeout: 120_000 };
const OPENAI = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;

void test(
  'a run gets values, placeholders for what is brokered, and its door gets those values',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
    await vault.write(space, { key: 'PLAIN', value: 'a plain value' });
    const { run, door, answer, variables } = await startRun(vault, space);
    assert.equal(answer.type, 'released');
    assert.equal(variables['PLAIN'], 'a plain value');
    const placeholder = variables['OPENAI_API_KEY'] ?? '';
    assert.equal(placeholder.length, OPENAI.length);
    assert.notEqual(placeholder, OPENAI);
    assert.ok(!JSON.stringify(vault.runner.frames).includes(OPENAI));
    const frame = vault.runner.frames.find((one) => one.type === 'door' && one.kind === 'grant');
    assert.ok(frame?.type === 'door');
    const grant = readGrant(openSealing(door, stateOf(vault).key, VAULT_TO_DOOR).open(frame.box, run));
    assert.deepEqual(
      grant.secrets.map((one) => [one.value.toString(), one.placeholder, one.hosts]),
      [[OPENAI, placeholder, ['api.openai.com']]],
    );
    const released = await entriesOf(vault, 'secret.released');
    const holders = new Map(released.map(({ body }) => [body['name'], [body['holder'], body['run']]]));
    assert.deepEqual(holders.get('OPENAI_API_KEY'), ['door', run]);
    assert.deepEqual(holders.get('PLAIN'), ['sandbox', run]);
    vault.runner.say({ type: 'delivered', run });
    vault.runner.say({ type: 'ended', run });
    await untilTrue(
      'both ends are on the ledger',
      async () => (await entriesOf(vault, 'secret.ended')).length >= 2,
    );
    assert.equal((await entriesOf(vault, 'secret.ended')).length, 2);
  },
);

void test(
  'values of every kind arrive as they were sent: lines, other letters, zero bytes, and the longest',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    const sent = {
      LINES: 'first\nsecond\r\n\n',
      WIDE: 'gr\u00fc\u00dfe \u6f22\u5b57 \u{1f600}',
      QUOTED: '"\\ \t $HOME `id` \u2028',
      LONG: 'x'.repeat(32_768),
      SPACES: ' ',
    };
    const binary = '\u0000\u0001\u007f\u0080\u00ff\u0000';
    for (const [key, value] of Object.entries(sent))
      assert.equal((await vault.write(space, { key, value })).type, 'done', key);
    assert.equal((await vault.write(space, { key: 'BINARY', value: binary, way: 'file' })).type, 'done');
    const { variables, files } = await startRun(vault, space);
    assert.deepEqual(variables, sent);
    assert.deepEqual(files, { BINARY: Buffer.from(binary) });
  },
);

void test('a ticket is good for one release of its own run and Space', LIMIT, async () => {
  await using vault = await openTestVault();
  const [space, other] = [id(), id()];
  await vault.write(space, { key: 'A', value: 'a-value' });
  const run = id();
  const ticket = await vault.ticket(space, run);
  for (const [why, given] of [
    [/another run/, { run: id(), ticket }],
    [/no start ticket/, { run, ticket: '0'.repeat(64) }],
    [/no start ticket/, { run, ticket: await vault.ticket(other, run) }],
  ] as const) {
    const { answer } = await startRun(vault, space, given);
    assert.ok(answer.type === 'refused');
    assert.match(answer.why, why);
  }
  assert.equal((await startRun(vault, space, { run, ticket })).answer.type, 'released');
  const again = (await startRun(vault, space, { run, ticket })).answer;
  assert.ok(again.type === 'refused');
  assert.match(again.why, /used before/);
});

const WAYS = [
  { who: 'the program inside', secret: { key: 'A', value: 'a-value' } },
  { who: 'a door', secret: { key: 'OPENAI_API_KEY', value: OPENAI } },
] as const;

/** What the vault handed over: boxes with values, and grants. */
function handedOver({ runner }: TestVault): readonly string[] {
  return runner.frames.map(({ type }) => type).filter((type) => type === 'released' || type === 'door');
}

for (const { who, secret } of WAYS) {
  void test(`nothing that ${who} gets is handed over before the notary signed it`, LIMIT, async () => {
    await using vault = await openTestVault();
    const space = id();
    await vault.write(space, secret);
    const run = id();
    const ticket = await vault.ticket(space, run);
    await vault.notary.finish();
    const starting = startRun(vault, space, { run, ticket });
    await untilTrue(
      'it is on the ledger',
      async () => (await entriesOf(vault, 'secret.released')).length > 0,
    );
    await delay(1_500);
    assert.equal((await entriesOf(vault, 'secret.released')).length, 1);
    assert.deepEqual(handedOver(vault), []);
    vault.notary.goOn();
    assert.equal((await starting).answer.type, 'released');
  });

  void test(`${who} gets nothing for an entry that was deleted before it was signed`, LIMIT, async () => {
    await using vault = await openTestVault();
    const space = id();
    await vault.write(space, secret);
    const run = id();
    const ticket = await vault.ticket(space, run);
    await vault.notary.finish();
    const starting = startRun(vault, space, { run, ticket });
    await untilTrue(
      'the release is on the ledger',
      async () => (await entriesOf(vault, 'secret.released')).length > 0,
    );
    await deleteReleases(vault);
    vault.notary.goOn();
    const { answer } = await starting;
    assert.ok(answer.type === 'refused');
    assert.deepEqual(handedOver(vault), []);
  });
}

/** As who rules the database: all releases that are not signed yet. */
async function deleteReleases({ database }: TestVault): Promise<void> {
  await using behind = openSuperuserPool(database);
  await behind.pool.query(`begin; set local session_replication_role = replica;
    delete from ledger.entry e where kind = 'secret.released' and not exists (select from notary.writer w
      join notary.leaf l on l.writer = w.id and l.lane = e.lane and l.n = e.n where w.name = e.writer); commit`);
}

void test(
  'a database that says an entry is signed, and has another tree, is not believed',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    await vault.write(space, { key: 'A', value: 'a-value' });
    const behind = openSuperuserPool(vault.database);
    await using _ = behind;
    const run = id();
    const ticket = await vault.ticket(space, run);
    await vault.notary.finish();
    const starting = startRun(vault, space, { run, ticket });
    await untilTrue(
      'the release is on the ledger',
      async () => (await entriesOf(vault, 'secret.released')).length > 0,
    );
    // It gets the place of an older one, below the size that is signed.
    await behind.pool.query(`begin; set local session_replication_role = replica;
    with gone as (delete from notary.leaf where index = (select min(index) from notary.leaf) returning index)
    insert into notary.leaf (index, writer, lane, n)
      select gone.index, w.id, e.lane, e.n
        from gone, ledger.entry e join notary.writer w on w.name = e.writer where e.kind = 'secret.released'; commit`);
    const { answer } = await starting;
    assert.ok(answer.type === 'refused', 'the place of another');
    assert.ok(vault.lines.some((line) => line.includes('does not have the release')));
  },
);

/** Columns that the ciphertext does not cover: what is said of a version, and until when one that was replaced may still be used. */
const UNBOUND = [
  'description',
  'bytes',
  'created_at',
  'live_until',
  'uses',
  'last_used_at',
  'echoed_at',
  'lost_at',
];

void test('who changes a secret in the database makes it unreadable, column by column', LIMIT, async () => {
  await using vault = await openTestVault();
  const changes: readonly string[] = [
    `set name = 'OTHER'`,
    `set way = 'file'`,
    `set hosts = '{evil.example.com}'`,
    `set places = '[{"in":"query","name":"q"}]'`,
    `set provider = 'openai'`,
    `set expires_at = now() + interval '1 year'`,
    `set n = 9`,
    `set sealed_in = 'browser'`,
    `set id = '0123456789abcdef01234567'`,
    `set value = value || '\\x00'`,
  ];
  for (const change of changes) {
    const space = id();
    await vault.write(space, { key: 'A', value: 'a-value' });
    {
      await using behind = openSuperuserPool(vault.database);
      await behind.pool.query(`update vault.version ${change} where space = '${space}'`);
    }
    assert.equal((await startRun(vault, space)).answer.type, 'refused', change);
  }
  {
    await using behind = openSuperuserPool(vault.database);
    const { rows } = await behind.pool.query<{ column: string }>(
      `select column_name as column from information_schema.columns
        where table_schema = 'vault' and table_name = 'version'`,
    );
    const tried = changes.map((change) => /^set (\w+)/.exec(change)?.[1] ?? '');
    assert.deepEqual(
      rows.map(({ column }) => column).toSorted(),
      [...new Set([...tried, 'space', ...UNBOUND])].toSorted(),
      'every column is tried, or says nothing of what is handed over',
    );
  }
  const [space, other] = [id(), id()];
  await vault.write(space, { key: 'A', value: 'a-value' });
  await vault.write(other, { key: 'A', value: 'another' });
  {
    await using behind = openSuperuserPool(vault.database);
    await behind.pool.query(`update vault.version set space = '${other}', n = 2 where space = '${space}'`);
  }
  assert.equal((await startRun(vault, other)).answer.type, 'refused', 'moved to another Space');
});

void test(
  'a door may use what the ledger says it may, is told so twice a second, and not what is deleted',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = id();
    await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
    const { run, door } = await startRun(vault, space);
    const [from, to] = [VAULT_TO_DOOR, DOOR_TO_VAULT].map((way) =>
      openSealing(door, stateOf(vault).key, way),
    );
    const words = () =>
      vault.runner.frames.flatMap((frame) =>
        frame.type === 'door' && frame.kind === 'word'
          ? [VaultWord.parse(JSON.parse(from?.open(frame.box, run).toString() ?? ''))]
          : [],
      );
    const until = async (fits: (word: VaultWord) => boolean): Promise<VaultWord> => {
      for (let n = 0; n < 3_000; n += 1) {
        const found = words().find(fits);
        if (found !== undefined) return found;
        await delay(20);
      }
      throw new Error('no such word');
    };
    const alive = await until(({ type }) => type === 'alive');
    assert.ok(alive.type === 'alive' && alive.versions.length === 1);
    const version = alive.versions[0] ?? '';
    const ask = (number: number, host: string): void => {
      const word = {
        type: 'ask',
        number,
        version,
        route: { host, method: 'POST', template: '/v1/responses' },
      };
      vault.runner.say({ type: 'door', run, box: to?.seal(Buffer.from(JSON.stringify(word)), run) });
    };
    ask(1, 'evil.example.com');
    const no = await until((word) => word.type === 'answer' && word.ask === 1);
    assert.ok(no.type === 'answer' && no.uses === 0);
    ask(2, 'api.openai.com');
    const yes = await until((word) => word.type === 'answer' && word.ask === 2);
    assert.ok(yes.type === 'answer' && yes.uses > 0);
    assert.equal((await entriesOf(vault, 'secret.lease')).length, 1);
    vault.runner.say({
      type: 'door',
      ...{
        run,
        box: to?.seal(Buffer.from(JSON.stringify({ type: 'used', number: 3, ask: 2, uses: 7 })), run),
      },
    });
    await untilTrue('the use is told', async () => (await entriesOf(vault, 'secret.used')).length > 0);
    assert.equal((await entriesOf(vault, 'secret.used'))[0]?.body['uses'], 7);
    const began = performance.now();
    vault.hub.say({ type: 'delete', id: 5, space, name: 'OPENAI_API_KEY', by: BY });
    await until((word) => word.type === 'alive' && word.versions.length === 0);
    assert.ok(performance.now() - began < 1_000);
  },
);

void test(
  'a vault that is started anew goes on with the runs that live, and ends the others',
  LIMIT,
  async () => {
    await using first = await openTestVault();
    const space = id();
    await first.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
    const [living, dead] = [await startRun(first, space), await startRun(first, space)];
    await first.notary.stop();
    await using second = await openTestVault({ database: first.database, folder: first.folder });
    second.runner.say({ type: 'hello', runs: [living.run] });
    const frame = await second.runner.until((one) => one.type === 'door' && one.kind === 'grant');
    assert.ok(frame.type === 'door' && frame.run === living.run);
    const grant = readGrant(
      openSealing(living.door, stateOf(second).key, VAULT_TO_DOOR).open(frame.box, living.run),
    );
    assert.equal(grant.secrets[0]?.placeholder, living.variables['OPENAI_API_KEY']);
    await untilTrue('the other has ended', async () => (await entriesOf(second, 'secret.ended')).length > 0);
    const ended = await entriesOf(second, 'secret.ended');
    assert.deepEqual(
      ended.map(({ body }) => body['run']),
      [dead.run],
    );
  },
);

void test('after the root key is rotated everything opens, and the key before is gone', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = id();
  await vault.write(space, { key: 'A', value: 'a-value' });
  const before = await readKey(vault);
  vault.operator.say({
    type: 'rotate',
    ...{ operator: { osUser: 'root', terminal: null, command: 'vault rotate' }, passphrase: null },
  });
  const status = await vault.operator.until(({ type }) => type === 'status');
  assert.ok(status.type === 'status' && status.generation === 2);
  assert.notDeepEqual(await readKey(vault), before);
  assert.equal((await startRun(vault, space)).variables['A'], 'a-value');
  assert.equal((await entriesOf(vault, 'secret.root-rotated')).length, 1);
});

async function readKey({ database }: TestVault): Promise<unknown> {
  let found: unknown;
  {
    await using behind = openSuperuserPool(database);
    found = (await behind.pool.query('select generation, wrapped from vault.space_key')).rows;
  }
  return found;
}

void test(
  'each role of the database but the vault’s reads and writes nothing of the vault',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    for (const statement of [
      sql`select * from vault.version`,
      sql`update vault.version set hosts = '{}'`,
      sql`insert into ledger.entry (kind, subject, actor, credential, body) values ('secret.released', 'secret:1', '', '', '{}')`,
    ])
      await assert.rejects(
        statement.execute(vault.database.db.withTables()),
        /permission denied|may not record/,
      );
  },
);
