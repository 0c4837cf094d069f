// Witnesses sign checkpoints that they saw (C2SP's tlog-cosignature): their signatures come with exports and proofs, and who checks
// one can ask for some of them, so that the notary's key alone shows nobody a past that the others did not see.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { proveChains, proveConsistency, proveEntry } from '@holdfast/notary/evidence';
import { openAgedLedger } from '../../harness/aged-ledger.ts';
import { CheckpointEndpoint } from '../../harness/checkpoint-endpoint.ts';
import { openTestDatabase } from '../../harness/database.ts';
import { keyOf, recordEntries, runVerifier, writeExport } from '../../harness/ledger-files.ts';
import { openNotaryFolder, openTestNotary } from '../../harness/notary.ts';
import { newWitness, WitnessService } from '../../harness/witness.ts';

/** What fails of a file under a policy. */
async function failures(file: string, ...policy: readonly string[]): Promise<string[]> {
  const [verdict] = await runVerifier(file, ...policy);
  return verdict?.problems.map(({ where, what }) => `${where}: ${what}`) ?? ['nothing was said'];
}

void test('cosignatures of witnesses are kept, shown and asked for', { timeout: 60_000 }, async (t) => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using endpoint = await CheckpointEndpoint.open();
  const [one, two] = [newWitness('witness.example/one'), newWitness('witness.example/two')];
  endpoint.answer = (note) => one.sign(note);
  await using notary = await openTestNotary(database.notary, { folder: own.folder, url: endpoint.url });
  const key = ['--key', keyOf(notary.signer)];
  const file = path.join(own.path, 'export');
  const asked = (...policy: readonly string[]) => failures(file, ...key, ...policy);
  await recordEntries(database, 3);
  await notary.round();
  for (const began = Date.now(); ; await delay(20)) {
    await writeExport(database.db, notary.signer, file);
    if ((await readFile(file, 'utf8')).includes('witness.example/one')) break;
    assert.ok(Date.now() - began < 60_000, 'it is kept in time');
  }

  await t.test('an export holds with those that signed, and not with others', async () => {
    assert.deepEqual(await asked(), []);
    assert.deepEqual(await asked('--witness', one.key), []);
    assert.deepEqual(await asked('--witness', one.key, '--witness', two.key, '--least', '1'), []);
    const both = ['--witness', one.key, '--witness', two.key];
    assert.deepEqual(await asked(...both), ['the last checkpoint: has 1 of 2 cosignatures']);
    assert.deepEqual(await asked('--witness', two.key), ['the last checkpoint: has 0 of 1 cosignatures']);
    for (const least of ['x', '1x', '2', '', '0', '1.5'])
      await assert.rejects(asked('--witness', one.key, '--least', least), /--least is no number/, least);
    await assert.rejects(asked('--witness', one.key, '--least=-1'), /--least is no number/);
    await assert.rejects(asked('--least', '1'), /--least is no number/, 'nobody is named');
  });

  await t.test('a proof is asked for them as well', async () => {
    const proofs = [
      await proveEntry(database.db, '1'),
      await proveChains(database.db, 'token:1'),
      await proveConsistency(database.db, 3, 3),
    ];
    const proved = path.join(own.path, 'proof');
    for (const proof of proofs) {
      await writeFile(proved, JSON.stringify(proof));
      assert.deepEqual(await failures(proved, ...key, '--witness', one.key), []);
      assert.equal((await failures(proved, ...key, '--witness', two.key)).length, 1);
    }
  });

  await t.test('what no witness signed, or signed of something else, does not count', async () => {
    const bare = path.join(own.path, 'checkpoint');
    const note = endpoint.note ?? '';
    const under = async (line: string, ...policy: readonly string[]): Promise<number> => {
      await writeFile(bare, `${note}${line}`);
      return (await failures(bare, ...key, ...policy)).length;
    };
    const policy = ['--witness', two.key] as const;
    assert.equal(await under(two.sign(note), ...policy), 0);
    const [name = '', encoded = ''] = two.sign(note).slice(2, -1).split(' ');
    const bytes = Buffer.from(encoded, 'base64');
    bytes[11] = (bytes[11] ?? 0) ^ 1;
    for (const [what, line] of [
      ['another time', `— ${name} ${bytes.toString('base64')}\n`],
      ['another checkpoint', two.sign(note.replace('\n3\n', '\n2\n'))],
      ['another name', two.sign(note).replace(name, 'witness.example/six')],
      ['a signature cut short', `— ${name} ${bytes.subarray(0, 68).toString('base64')}\n`],
      ['the log itself', note.split('\n\n')[1] ?? ''],
    ] as const)
      assert.equal(await under(line, ...policy), 1, what);
  });

  await t.test('a note beside what is shown, which anybody may put there, does not count', async () => {
    const bare = (await readFile(file, 'utf8')).replaceAll(/— witness\.example\/one \S+\\n/g, '');
    const cosigned = `${endpoint.note ?? ''}${one.sign(endpoint.note ?? '')}`;
    const beside = path.join(own.path, 'beside');
    const says = async (text: string): Promise<string[]> => {
      await writeFile(beside, text);
      return await failures(beside, ...key, '--witness', one.key);
    };
    const lacks = ['the last checkpoint: has 0 of 1 cosignatures'];
    assert.deepEqual(await says(bare), lacks);
    assert.deepEqual(await says(bare.replace('{', `{"note":${JSON.stringify(cosigned)},`)), lacks);
    const { newer } = (await proveConsistency(database.db, 3, 3)) as {
      newer: { size: number; root: string };
    };
    const side = { ...newer, note: endpoint.note };
    const fork = { type: 'holdfast-ledger-consistency', older: side, newer: side, path: [] };
    assert.deepEqual(await says(JSON.stringify({ ...fork, note: cosigned })), lacks);
    const signed = { ...side, note: cosigned };
    const both = [fork, { ...fork, older: signed, newer: signed }].map((one) => JSON.stringify(one));
    assert.deepEqual(await says(both.join('\n')), lacks, 'each of several is asked');
  });

  await t.test('one key under two names is one witness', async () => {
    const keys = generateKeyPairSync('ed25519');
    const [first, second] = [newWitness('a', keys), newWitness('b', keys)];
    const note = endpoint.note ?? '';
    const bare = path.join(own.path, 'twice');
    await writeFile(bare, `${note}${first.sign(note)}${second.sign(note)}`);
    const policy = ['--witness', first.key, '--witness', second.key] as const;
    assert.deepEqual(await failures(bare, ...key, ...policy), [
      'the last checkpoint: has 1 of 2 cosignatures',
    ]);
    await assert.rejects(runVerifier(bare, ...key, '--witness', keyOf(notary.signer)), /no key of a witness/);
  });

  await t.test('an endpoint that answers something else is taken from as before', async () => {
    endpoint.answer = () => 'x'.repeat(100_000);
    const before = endpoint.got.length;
    await recordEntries(database, 1);
    await notary.round();
    for (const began = Date.now(); endpoint.got.length === before; await delay(20))
      assert.ok(Date.now() - began < 60_000, 'it is sent in time');
    await delay(1_500);
    assert.equal(endpoint.got.length, before + 1, 'and once');
    await writeExport(database.db, notary.signer, file);
    assert.deepEqual(await asked(), []);
    assert.deepEqual(await asked('--witness', one.key), ['the last checkpoint: has 0 of 1 cosignatures']);
  });
});

void test(
  'a proof behind a cut rests on the checkpoint of the cut as well',
  { timeout: 120_000 },
  async () => {
    await using database = await openTestDatabase();
    await using aged = await openAgedLedger(database, 50);
    const witness = newWitness('witness.example/one');
    await aged.record(5, 60);
    await aged.record(5, 0);
    await aged.notary.cut();
    const proof = (await proveChains(database.db, 'token:1')) as { note: string; cut: string };
    const asked = async (changed: Partial<typeof proof>): Promise<string[]> => {
      const file = path.join(aged.path, 'proof');
      await writeFile(file, JSON.stringify({ ...proof, ...changed }));
      return await failures(file, '--key', keyOf(aged.notary.signer), '--witness', witness.key);
    };
    const note = `${proof.note}${witness.sign(proof.note)}`;
    // Whoever has the notary's key signs one whose chains end where they end today: then nothing seems to have happened since.
    assert.deepEqual(await asked({ note }), ['the checkpoint of the cut: has 0 of 1 cosignatures']);
    assert.deepEqual(await asked({ note, cut: `${proof.cut}${witness.sign(proof.cut)}` }), []);
  },
);

void test(
  'witnesses of the protocol get proofs, and sign one line of trees',
  { timeout: 90_000 },
  async (t) => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    const [one, two] = [newWitness('witness.example/one'), newWitness('witness.example/two')];
    await using first = await WitnessService.open(one);
    await using second = await WitnessService.open(two);
    const options = { folder: own.folder, witnesses: [first.prefix, `${second.prefix}/`] };
    const file = path.join(own.path, 'export');
    const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
      for (const began = Date.now(); !(await holds()); await delay(20))
        assert.ok(Date.now() - began < 15_000, `${what}, in time`);
    };
    await t.test('from one tree to the next, however many entries came', async () => {
      await using notary = await openTestNotary(database.notary, options);
      for (const service of [first, second]) service.log = keyOf(notary.signer);
      let size = 0;
      for (const more of [3, 1, 4, 300, 7]) {
        size += more;
        await recordEntries(database, more);
        await notary.round();
        await until(`${size} entries`, () => first.size === size && second.size === size);
      }
      assert.deepEqual(first.refused, []);
      const policy = ['--key', keyOf(notary.signer), '--witness', one.key, '--witness', two.key];
      await until('both signatures are kept', async () => {
        await writeExport(database.db, notary.signer, file);
        return (await failures(file, ...policy)).length === 0;
      });
    });
    await t.test('one that knows of less, and one that knows of nothing, say so and go on', async () => {
      second.forget();
      const before = first.size;
      await using notary = await openTestNotary(database.notary, options);
      await recordEntries(database, 5);
      await notary.round();
      await until('they have all', () => first.size === before + 5 && second.size === before + 5);
      assert.deepEqual(first.refused, [409], 'a notary that starts anew is told what it has');
      assert.deepEqual(second.refused, []);
    });
    await t.test('one that signed more, or another tree, signs nothing, and the log says so', async () => {
      await using notary = await openTestNotary(database.notary, options);
      const { size } = first;
      first.pretend(size + 1_000);
      second.pretend(size, Buffer.alloc(32, 1));
      await recordEntries(database, 2);
      await notary.round();
      const said = (what: RegExp) => () => notary.lines.some((line) => what.test(line));
      await until(
        'some are missing',
        said(/it signed \d+ entries, and there are \d+: some are missing here/),
      );
      await until(
        'another tree',
        said(/does not take these \d+ entries as what continues those it signed \(422\)/),
      );
      assert.deepEqual([first.size, second.size], [size + 1_000, size]);
    });
  },
);
