// Checkpoints that were forged, signed for two pasts, or that the database fell behind; and a notary that is shown a tree
// which does not continue what it signed.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { exportLedger, proveChains, proveConsistency, proveEntry } from '@holdfast/notary/evidence';
import { openCheckpoint, signCheckpoint } from '@holdfast/notary/checkpoint';
import { verifierOf } from '@holdfast/notary/note';
import { signerOf } from '@holdfast/notary/own-folder';
import { openTestDatabase } from '../harness/database.ts';
import { keyOf, recordEntries, runVerifier, writeExport, type Verdict } from '../harness/ledger-files.ts';
import { openNotaryFolder, openTestNotary, type TestNotary } from '../harness/notary.ts';
import { openSuperuserPool } from '../harness/superuser.ts';

const LIMIT = { timeout: 60_000 };

function problemsOf(verdicts: readonly Verdict[]): string {
  return verdicts
    .flatMap(({ problems }) => problems.map(({ where, what }) => `${where}: ${what}`))
    .join('\n');
}

function requireRefusal(notary: TestNotary, why: 'behind' | 'changed'): void {
  assert.equal(notary.opened.sealed?.why, why);
  assert.equal(notary.opened.notary, undefined);
}

void test('a checkpoint that another key signed under the same name is no checkpoint', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using notary = await openTestNotary(database.notary, own);
  await recordEntries(database, 10);
  await notary.round();
  const checkpoint = await notary.findCheckpoint();
  assert.ok(checkpoint !== undefined);
  const { privateKey } = generateKeyPairSync('ed25519');
  const forger = signerOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const note = signCheckpoint(checkpoint, { ...forger, name: notary.signer.name });
  assert.equal(openCheckpoint(note, verifierOf(notary.signer)), undefined);
  const bare = path.join(own.path, 'checkpoint');
  await writeFile(bare, note);
  assert.match(problemsOf(await runVerifier(bare, '--key', keyOf(notary.signer))), /not signed by the key/);
  await using superuser = openSuperuserPool(database);
  await superuser.pool.query('update notary.checkpoint set note = $1', [note]);
  const file = path.join(own.path, 'export.jsonl');
  await writeExport(notary.db, notary.signer, file);
  assert.match(problemsOf(await runVerifier(file, '--key', keyOf(notary.signer))), /not signed by the key/);
});

void test(
  'two forks signed with the real key and shown to two places are named by a comparison',
  LIMIT,
  async () => {
    await using own = await openNotaryFolder();
    const files: string[] = [];
    let key = '';
    for (const [name, count] of [
      ['a', 12],
      ['b', 15],
    ] as const) {
      await using database = await openTestDatabase();
      // The key in two hands, each with a record of its own.
      const folder = path.join(own.path, name);
      if (name === 'b') await cp(path.join(own.path, 'a'), folder, { recursive: true });
      await rm(path.join(folder, 'last-signed.json'), { force: true });
      await using notary = await openTestNotary(database.notary, {
        folder,
        file: path.join(own.path, `${name}.checkpoint`),
      });
      key = keyOf(notary.signer);
      await recordEntries(database, count);
      await notary.round();
      const file = path.join(own.path, `${name}.jsonl`);
      await writeExport(notary.db, notary.signer, file);
      assert.deepEqual((await runVerifier(file, '--key', key))[0]?.problems, [], 'each fork alone holds');
      files.push(file);
    }
    const [a = '', b = ''] = files;
    const bare = path.join(own.path, 'a.checkpoint');
    for (const views of [
      [a, b],
      [b, a],
      [bare, b],
    ])
      assert.match(
        problemsOf(await runVerifier('--compare', ...views, '--key', key)),
        /split view: .* tree of 12 entries/,
      );
    assert.equal(problemsOf(await runVerifier('--compare', a, bare, '--key', key)), '');
  },
);

void test('a restored old backup is behind the notary’s own record, and signs nothing', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  {
    await using notary = await openTestNotary(database.notary, own);
    await recordEntries(database, 10);
    await notary.round();
  }
  await using older = await openTestDatabase();
  await using notary = await openTestNotary(older.notary, own);
  requireRefusal(notary, 'behind');
  assert.equal(notary.opened.sealed?.signed, 10);
  await recordEntries(older, 5);
  await notary.round();
  assert.equal(await notary.findCheckpoint(), undefined);
});

void test(
  'without its own record, the exported checkpoint tells that the database is behind',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    const options = { ...own, file: path.join(own.path, 'checkpoint') };
    {
      await using notary = await openTestNotary(database.notary, options);
      await recordEntries(database, 10);
      await notary.round();
    }
    await rm(path.join(own.folder, 'last-signed.json'));
    await using older = await openTestDatabase();
    await using notary = await openTestNotary(older.notary, options);
    requireRefusal(notary, 'behind');
  },
);

void test(
  'an accepted loss begins a log of another origin, and everything since is signed',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    const kept = path.join(own.path, 'kept.checkpoint');
    {
      await using notary = await openTestNotary(database.notary, { ...own, file: kept });
      await recordEntries(database, 10);
      await notary.round();
    }
    await using older = await openTestDatabase();
    {
      await using notary = await openTestNotary(older.notary, { ...own, acceptLoss: true });
      assert.deepEqual(notary.opened.lost && { ...notary.opened.lost }, {
        why: 'behind',
        signed: 10,
        found: 0,
      });
      await recordEntries(older, 3);
      await notary.round();
      assert.equal((await notary.findCheckpoint())?.origin, `${notary.signer.name}/2`);
      const file = path.join(own.path, 'export.jsonl');
      await writeExport(notary.db, notary.signer, file);
      assert.equal(problemsOf(await runVerifier(file, '--key', keyOf(notary.signer))), '');
      const { name } = notary.signer;
      assert.ok(
        problemsOf(await runVerifier('--compare', kept, file, '--key', keyOf(notary.signer))).includes(
          `is of ${name}/2; compared are ${name} and ${name}/2`,
        ),
      );
    }
    await using again = await openTestNotary(older.notary, own);
    assert.equal(again.opened.sealed, undefined, 'what was accepted once is not asked again');
    await recordEntries(older, 1);
    await again.round();
    assert.equal((await again.findCheckpoint())?.origin, `${again.signer.name}/2`);
  },
);

for (const [name, statement] of [
  [
    'a shrunk tree',
    `update notary.tree set size = 0, root = sha256(''), heads = decode(repeat('00', 32), 'hex')`,
  ],
  ['another root', `update notary.tree set root = sha256('x')`],
  ['an edited tile', `update notary.tile set hashes = overlay(hashes placing sha256('x') from 33)`],
  ['a lost tile', 'delete from notary.tile'],
  ['edited heads', `update notary.bucket set hash = sha256('x')`],
] as const)
  void test(
    `the notary refuses to continue ${name}, while it runs and at its next start`,
    LIMIT,
    async () => {
      await using database = await openTestDatabase();
      await using own = await openNotaryFolder();
      await using notary = await openTestNotary(database.notary, own);
      await recordEntries(database, 10);
      await notary.round();
      const before = await notary.findCheckpoint();
      await using superuser = openSuperuserPool(database);
      await superuser.pool.query(statement);
      await using next = await openTestNotary(database.notary, own);
      requireRefusal(next, name === 'a shrunk tree' ? 'behind' : 'changed');
      const stop = new AbortController();
      await recordEntries(database, 1);
      const ended = notary.opened.notary?.run(stop.signal);
      const timer = setTimeout(() => stop.abort(), 3_000);
      const said = await ended;
      clearTimeout(timer);
      // Tiles are not read while it runs: it continues what it has in memory, which is what it signed.
      if (/tree|root/.test(name)) assert.equal(said?.why, name === 'a shrunk tree' ? 'behind' : 'changed');
      const after = await notary.findCheckpoint();
      if (after?.size === before?.size) assert.deepEqual(after?.root, before?.root);
    },
  );

interface ChainEnd {
  readonly key: string;
  readonly n: number;
  readonly digest: string;
}

/** An end of the same hash, but with another key: in capitals, or with its bytes cut elsewhere. */
function respelled({ key, n, digest }: ChainEnd): object[] {
  const bytes = `${key}${n.toString(16).padStart(16, '0')}${digest}`;
  return [62, 48]
    .map((cut) => ({
      key: bytes.slice(0, cut),
      n: BigInt(`0x${bytes.slice(cut, cut + 16)}`).toString(),
      digest: bytes.slice(cut + 16),
    }))
    .concat([{ key: key.toUpperCase(), n: String(n), digest }]);
}

void test('proofs hold, and no part of one can be changed or left out', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using notary = await openTestNotary(database.notary, own);
  await recordEntries(database, 300);
  await notary.round();
  const key = keyOf(notary.signer);
  const check = async (proof: object, ...words: string[]): Promise<Verdict> => {
    const file = path.join(own.path, 'proof.json');
    await writeFile(file, JSON.stringify(proof));
    return (await runVerifier(file, '--key', key, ...words))[0] ?? { ok: false, problems: [] };
  };
  const entry = await proveEntry(database.db, '123');
  const there = await proveChains(database.db, 'token:3');
  const absent = await proveChains(database.db, 'token:nobody');
  const consistent = await proveConsistency(database.db, 100, 300);
  for (const proof of [entry, there, absent]) assert.deepEqual((await check(proof)).problems, []);
  const { root } = consistent['older'] as { root: string };
  assert.deepEqual((await check(consistent, '--signed', `100:${root}`)).problems, []);
  const [chain, by] = there['chains'] as { entries: object[]; beside: string[]; end: ChainEnd }[];
  assert.equal(chain?.entries.length, 60);
  const [missing, none] = absent['chains'] as { entries: object[] }[];
  assert.deepEqual(missing?.entries, []);
  // Any one entry less, and it does not hold.
  for (let at = 0; at < 60; at += 7) {
    const entries = chain.entries.filter((_, n) => n !== at);
    const { ok } = await check({ ...there, chains: [{ ...chain, entries }, by] });
    assert.ok(!ok, `without entry ${at}`);
  }
  const path0 = (proof: object) => (proof as { path: string[] }).path;
  const forged = [
    { ...entry, index: 124 },
    { ...entry, path: path0(entry).slice(1) },
    { ...entry, entry: { ...(entry['entry'] as object), actor: 'user:2' } },
    { ...there, chains: [{ ...chain, name: 'token:4' }, by] },
    { ...there, chains: [{ ...chain, end: null, entries: [] }, by] },
    { ...absent, chains: [{ ...missing, name: 'token:3' }, none] },
    { ...absent, chains: [] },
    { ...absent, chains: [missing] },
    { ...there, chains: [chain, { ...none }] },
    { ...there, chains: [{ ...chain, entries: null }, by] },
    // The same leaf written as that of another key, which would show that this one is not there.
    ...respelled(chain.end).map((end) => ({ ...there, chains: [{ ...chain, end, entries: [] }, by] })),
  ];
  for (const [n, proof] of forged.entries()) assert.ok(!(await check(proof)).ok, `forgery ${n}`);
  assert.ok(!(await check(there, '--name', 'token:4')).ok, 'a proof for another name than was asked for');
  const unsigned = { ...(consistent['newer'] as object), note: null };
  const reversed = path0(consistent).toReversed();
  const inconsistent = [
    consistent,
    { ...consistent, newer: unsigned },
    { ...consistent, path: reversed, older: consistent['newer'], newer: consistent['newer'] },
    {
      ...consistent,
      path: [],
      older: { size: 700, root, note: null },
      newer: { size: 700, root, note: null },
    },
  ];
  for (const [n, proof] of inconsistent.entries()) assert.ok(!(await check(proof)).ok, `pasts ${n}`);
  const signed = ['--signed', `100:${root}`];
  for (const [n, proof] of [
    { ...consistent, newer: unsigned },
    { ...consistent, path: reversed },
    { ...consistent, older: { ...(consistent['older'] as object), size: 101 } },
    { ...consistent, older: consistent['newer'], path: [] },
  ].entries())
    assert.ok(!(await check(proof, ...signed)).ok, `pasts beside a statement ${n}`);
});

void test('an export that was cut off or has a line too few does not hold', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using notary = await openTestNotary(database.notary, own);
  await recordEntries(database, 20);
  await notary.round();
  const file = path.join(own.path, 'export.jsonl');
  await writeExport(notary.db, notary.signer, file);
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  assert.equal(lines.length, 1 + 20 + 1 + 1);
  for (let at = 1; at < lines.length; at += 1) {
    await writeFile(
      file,
      lines
        .filter((_, n) => n !== at)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const [verdict] = await runVerifier(file, '--key', keyOf(notary.signer));
    assert.ok(verdict !== undefined && !verdict.ok, `without line ${at}`);
  }
  await writeFile(file, lines.slice(0, 1).join('\n'));
  assert.match(problemsOf(await runVerifier(file, '--key', keyOf(notary.signer))), /cut off/);
  assert.ok((await Array.fromAsync(exportLedger(database.db))).length > 20, 'the hub’s role can export');
});
