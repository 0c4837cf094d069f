// The operator's commands that prove and compare, against a real instance, as they are typed; and what each says of evidence
// that was tampered with.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { startInstance, type Instance } from '../../harness/instance.ts';
import type { Outcome } from '../../harness/program.ts';
import { openScratch } from '../../harness/scratch.ts';
import { openSuperuser } from '../../harness/superuser.ts';
import { untilTrue } from '../../harness/vault-doors.ts';
import { newWitness } from '../../harness/witness.ts';

interface Export {
  readonly file: string;
  readonly lines: readonly string[];
  /** The last checkpoint in it, as it was signed. */
  readonly note: string;
  readonly size: number;
  readonly root: string;
}

class Desk {
  readonly #instance: Instance;
  readonly #folder: string;

  constructor(instance: Instance, folder: string) {
    this.#instance = instance;
    this.#folder = folder;
  }

  async run(...words: readonly string[]): Promise<Outcome> {
    return await this.#instance.command('ledger', ...words);
  }

  /** Expects that a command is content, and gives what it printed. */
  async succeed(...words: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(...words);
    assert.equal(status, 0, `${words.join(' ')}: ${stdout.slice(-500)} ${stderr}`);
    return stdout;
  }

  /** Expects that a command is not, and says this. */
  async fail(says: RegExp, ...words: readonly string[]): Promise<void> {
    const { status, stdout, stderr } = await this.run(...words);
    assert.notEqual(status, 0, words.join(' '));
    assert.match(`${stdout.slice(-2_000)} ${stderr}`, says, words.join(' '));
  }

  async #isSigned(): Promise<boolean> {
    await using superuser = await openSuperuser(this.#instance);
    const { rows } = await superuser.pool.query<{ entries: number; signed: number }>(
      `select (select count(*)::int from ledger.entry) as entries, max(size)::int as signed from notary.checkpoint`,
    );
    return rows[0]?.entries === rows[0]?.signed;
  }

  async keep(name: string, text: string): Promise<string> {
    const file = path.join(this.#folder, name);
    await writeFile(file, text);
    return file;
  }

  /** Exports until everything that was recorded is signed. */
  async export(name: string): Promise<Export> {
    await untilTrue('everything is signed', async () => await this.#isSigned());
    const text = await this.succeed('export');
    const lines = text.trim().split('\n');
    const notes = lines.flatMap((line) => {
      const { note } = JSON.parse(line) as { readonly note?: string };
      return note === undefined ? [] : [note];
    });
    const note = notes.at(-1) ?? '';
    const [, size = '', root = ''] = note.split('\n');
    return { file: await this.keep(name, text), lines, note, size: Number(size), root };
  }
}

void test('what the ledger proves, and what it does not', { timeout: 240_000 }, async (t) => {
  await using instance = await startInstance();
  await using scratch = await openScratch('proofs');
  const desk = new Desk(instance, scratch.path);
  await instance.createUser('ada');
  const first = await desk.export('first.jsonl');
  for (let n = 0; n < 3; n += 1) await instance.createToken({ user: 'ada', role: 'read' });
  const second = await desk.export('second.jsonl');
  assert.ok(first.size > 0 && second.size > first.size);
  await t.test('verify --from reads an export, and finds a changed letter', async () => {
    await desk.succeed('verify', '--from', second.file);
    const forged = (await readFile(second.file, 'utf8')).replace('token.issued', 'token.isseud');
    await desk.fail(/token|entry|digest|hash/i, 'verify', '--from', await desk.keep('forged.jsonl', forged));
  });
  await t.test('verify asks for the signatures of witnesses', async () => {
    const [one, two] = [newWitness('witness.example/one'), newWitness('witness.example/two')];
    const policy = ['--witness', one.key, '--witness', two.key];
    await desk.fail(/has 0 of 1 cosignatures/, 'verify', '--witness', one.key);
    const text = await readFile(second.file, 'utf8');
    const written = JSON.stringify(second.note);
    const at = text.lastIndexOf(written);
    const line = one.sign(second.note);
    // What another witness put there in its name, before it.
    const bytes = Buffer.from(line.trim().split(' ')[2] ?? '', 'base64').fill(7, 20);
    const untrue = `${line.split(' ').slice(0, 2).join(' ')} ${bytes.toString('base64')}\n`;
    const cosigned = JSON.stringify(`${second.note}${untrue}${line}`);
    const shown = `${text.slice(0, at)}${cosigned}${text.slice(at + written.length)}`;
    const file = await desk.keep('cosigned.jsonl', shown);
    await desk.succeed('verify', '--from', file, '--witness', one.key);
    await desk.succeed('verify', '--from', file, ...policy, '--least', '1');
    await desk.fail(/has 1 of 2 cosignatures/, 'verify', '--from', file, ...policy);
    await desk.fail(/no key of a witness/, 'verify', '--from', file, '--witness', '--name');
    await desk.fail(/--least is no number/, 'verify', '--from', file, '--least', '1');
  });
  await t.test(
    'prove gives a proof that holds without the hub, and of nothing that is not there',
    async () => {
      await proveOne(desk);
      await desk.fail(/no (such )?entry|not/i, 'prove', '99999');
    },
  );
  await t.test('absence proves an empty chain, and shows a chain that is not', async () => {
    await proveAbsences(desk);
  });
  await t.test('consistency takes numbers, a root that was kept, and files', async (part) => {
    await proveConsistencies(part, desk, [first, second]);
  });
  await t.test('an export alone answers what is asked of the hub', async () => {
    await askExport(desk, [first, second]);
  });
  await t.test('compare finds that one continues the other, and names a split', async () => {
    await desk.succeed('compare', first.file, second.file);
    const [name = '', size = '', , ...rest] = second.note.split('\n');
    const note = [name, size, 'A'.repeat(43) + '=', ...rest].join('\n');
    await desk.fail(/./, 'compare', second.file, await desk.keep('split.note', note));
    await desk.fail(/two files/, 'compare', second.file);
  });
});

async function proveOne(desk: Desk): Promise<void> {
  const proof = await desk.succeed('prove', '2');
  await desk.succeed('verify', '--from', await desk.keep('entry.proof', proof));
  const changed = proof.replace(/"actor":"[^"]+"/, '"actor":"user:somebody"');
  assert.notEqual(changed, proof);
  await desk.fail(/./, 'verify', '--from', await desk.keep('changed.proof', changed));
}

async function proveAbsences(desk: Desk): Promise<void> {
  const absent = await desk.succeed('absence', 'token:0123456789abcdef01234567');
  await desk.succeed('verify', '--from', await desk.keep('absent.proof', absent));
  const listed = await desk.succeed('list', '--kind', 'token.issued', '--lines', '--limit', '1');
  const { subject } = JSON.parse(listed) as { readonly subject: string };
  const present = await desk.succeed('absence', subject);
  assert.notEqual(present, absent);
  // A proof about one name is none about another.
  const swapped = absent.replaceAll('token:0123456789abcdef01234567', subject);
  await desk.fail(/./, 'verify', '--from', await desk.keep('swapped.proof', swapped));
}

async function askExport(desk: Desk, [first, second]: readonly [Export, Export]): Promise<void> {
  const ask = async (...words: string[]): Promise<string> =>
    await desk.succeed('verify', '--from', second.file, ...words);
  assert.match(await ask('--name', 'token:0123456789abcdef01234567'), /: 0 to, 0 by/);
  const at = second.lines.findIndex((line) => line.includes('"kind":"token.issued"'));
  const { subject } = JSON.parse(second.lines[at] ?? '{}') as { readonly subject: string };
  assert.match(await ask('--name', subject), new RegExp(`for ${subject}: [1-9]`));
  await ask('--signed', `${first.size}:${first.root}`);
  const other = `${first.size}:${'A'.repeat(43)}=`;
  await desk.fail(/others than the \d+ signed/, 'verify', '--from', second.file, '--signed', other);
  // Each entry is shown by the file: with one left out, also of a subject that is then absent, it does not hold.
  const without = second.lines.filter((line) => !line.includes(`"subject":"${subject}"`)).join('\n');
  const file = await desk.keep('without.jsonl', `${without}\n`);
  await desk.fail(/DOES NOT HOLD[^]*0 to/, 'verify', '--from', file, '--name', subject);
}

async function proveConsistencies(
  part: TestContext,
  desk: Desk,
  [first, second]: readonly [Export, Export],
): Promise<void> {
  await desk.succeed('consistency', String(second.size), String(second.size));
  await desk.succeed('consistency', `${first.size}:${first.root}`, String(second.size));
  const files = [await desk.keep('first.note', first.note), await desk.keep('second.note', second.note)];
  await desk.succeed('consistency', ...files);
  await part.test('a root that was never signed is refused', async () => {
    await desk.fail(
      /not what was signed/,
      'consistency',
      `${first.size}:${'A'.repeat(43)}=`,
      String(second.size),
    );
    // The last of each minute is kept.
    await desk.fail(/name SIZE:ROOT/, 'consistency', '1', String(second.size));
    await desk.fail(/./, 'consistency', String(second.size), String(first.size));
    await desk.fail(/no checkpoint/, 'consistency', await desk.keep('empty', ''), '2');
  });
}
