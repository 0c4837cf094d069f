// What the vault has handed over and is held by nobody any more does not lie about in its memory: values are bytes there that are
// overwritten, also where they are looked at to tell whose keys they are.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { makePair } from '@holdfast/inside/secrets';
import { makeSealingPair } from '@holdfast/kernel/sealing';
import { mintToken } from '@holdfast/kernel/token-text';
import { record } from '../../../src/modules/ledger/index.ts';
import { huntProcesses } from '../../apps/hunt.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { openScratch } from '../../harness/scratch.ts';
import { openTestNotary, type TestNotary } from '../../harness/notary.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { BY, id } from '../../harness/vault.ts';
import { untilTrue } from '../../harness/vault-doors.ts';
import { VaultProcess, type VaultSite } from '../../harness/vault-process.ts';

const RELEASES = 1_000;
/** One Space is released so often at once. */
const OF_ONE = 20;

async function ticketOf({ database }: VaultSite, space: string, run: string): Promise<string> {
  return await database.db.transaction((tx) =>
    record(tx, {
      ...{ kind: 'run.started', subject: `repo:${space}`, actor: BY.actor, credential: BY.credential },
      body: { run, commit: randomBytes(20).toString('hex') },
    }),
  );
}

async function countEnded(database: TestDatabase): Promise<number> {
  await using superuser = openSuperuserPool(database);
  const { rows } = await superuser.pool.query(`select from ledger.entry where kind = 'secret.ended'`);
  return rows.length;
}

/** Signs as a notary does, until it is told to stop: before that nothing is handed over. */
async function keepSigning(notary: TestNotary, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await notary.round();
    await delay(20);
  }
}

/** Starts a run, and ends it. */
async function runOnce(site: VaultSite, vault: VaultProcess, space: string): Promise<void> {
  const run = id();
  const wish = { ticket: await ticketOf(site, space, run), door: makeSealingPair().publicKey };
  for (let tries = 0; tries < 100; tries += 1) {
    const from = vault.frames.length;
    vault.say('runner', { type: 'release', run, space, ...wish, inside: makePair().publicKey });
    const isAnswer = (frame: (typeof vault.frames)[number]): boolean =>
      (frame.type === 'released' || frame.type === 'refused') && 'run' in frame && frame.run === run;
    await untilTrue('the vault answers', () => vault.frames.slice(from).some(isAnswer));
    const answer = vault.frames.slice(from).find(isAnswer);
    if (answer?.type === 'released') break;
    assert.match(JSON.stringify(answer), /too often/);
    await delay(200);
  }
  vault.say('runner', { type: 'delivered', run });
  vault.say('runner', { type: 'ended', run });
}

void test(
  'after a thousand releases the memory of the vault has no value that nobody holds',
  { timeout: 300_000, skip: process.getuid?.() !== 0 && 'only root reads the memory of a hardened process' },
  async () => {
    await using database = await openTestDatabase();
    await using scratch = await openScratch('vault-memory');
    await using notary = await openTestNotary(database.notary, { folder: path.join(scratch.path, 'notary') });
    const site: VaultSite = { database, folder: scratch.path, signer: notary.signer };
    const value = `sk-proj-${randomBytes(60).toString('base64url')}`;
    const spaces = Array.from({ length: RELEASES / OF_ONE }, () => id());
    {
      await using first = await VaultProcess.start(site);
      for (const space of spaces) await first.answer(first.write(space, { key: 'OPENAI_API_KEY', value }));
    }
    await using vault = await VaultProcess.start(site);
    const enough = new AbortController();
    const signing = keepSigning(notary, enough.signal);
    for (let n = 0; n < OF_ONE; n += 1)
      await Promise.all(spaces.map(async (space) => await runOnce(site, vault, space)));
    enough.abort();
    await signing;
    await untilTrue('all have ended', async () => (await countEnded(database)) >= RELEASES);
    await delay(2_000);
    const hunted = [
      { name: 'the value', value },
      { name: 'what is no secret', value: vault.state.key },
    ];
    const found = await huntProcesses([[vault.pid, 'the vault']], hunted);
    assert.deepEqual(
      found.map(({ name }) => name),
      ['what is no secret'],
      'what is there is found, and the value is not',
    );
  },
);

function letters(count: number): string {
  const text = randomBytes(2 * count).toString('base64');
  return text.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, count);
}

/** Of each kind, with whose it is taken for: by its shape, its name, its check, or not at all. */
function makeSettings(): Readonly<Record<string, { readonly value: string; readonly more?: object }>> {
  return {
    OPENAI_API_KEY: { value: `sk-proj-${letters(100)}` },
    ANTHROPIC_API_KEY: { value: `sk-ant-api03-${letters(90)}` },
    GITHUB_TOKEN: { value: `ghp_${letters(36)}` },
    HF_TOKEN: { value: mintToken().reveal('the test sets it') },
    AWS_SECRET_ACCESS_KEY: { value: letters(40), more: { hosts: ['s3.us-east-1.amazonaws.com'] } },
    DATABASE: { value: `postgres://u:${letters(30)}@db.example.org/x` },
    SIGNING: { value: `-----BEGIN PRIVATE KEY-----\n${letters(60)}`, more: { way: 'file' } },
    PLAIN: { value: letters(50) },
    // Is not granted.
    REFUSED: { value: `sk-proj-${letters(100)}`, more: { hosts: ['*.example.org'] } },
  };
}

void test(
  'a vault that was told values has none of them in its memory once they are set, whosever keys they are',
  { timeout: 300_000, skip: process.getuid?.() !== 0 && 'only root reads the memory of a hardened process' },
  async () => {
    await using database = await openTestDatabase();
    await using scratch = await openScratch('vault-memory-of-set');
    await using notary = await openTestNotary(database.notary, { folder: path.join(scratch.path, 'notary') });
    const site: VaultSite = { database, folder: scratch.path, signer: notary.signer };
    await using vault = await VaultProcess.start(site);
    const settings = makeSettings();
    const answers: string[] = [];
    // More than one of each, so that what one leaves by chance is not taken for a rule.
    for (let n = 0; n < 20; n += 1) {
      const space = id();
      for (const [key, { value, more }] of Object.entries(settings))
        answers.push((await vault.answer(vault.write(space, { key, value, ...more }))).type);
    }
    assert.equal(answers.filter((type) => type === 'refused').length, 20);
    const hunted = Object.entries(settings).map(([name, { value }]) => ({ name, value }));
    const found = await huntProcesses(
      [[vault.pid, 'the vault']],
      [...hunted, { name: 'its key', value: vault.state.key }],
    );
    assert.deepEqual(
      found.map(({ name }) => name),
      ['its key'],
      'what is there is found, and no value is',
    );
  },
);
