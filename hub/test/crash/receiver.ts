// Runs that ask for what they may have without pause, whatever happens to those who give it, and remember what values they got.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { readGrant, VAULT_TO_DOOR } from '@holdfast/door/run/lease';
import { makePair, openBox } from '@holdfast/inside/secrets';
import { makeSealingPair, openSealing, type SealingPair } from '@holdfast/kernel/sealing';
import { type Pool } from 'pg';
import { record } from '../../src/modules/ledger/index.ts';
import { type TestDatabase } from '../harness/database.ts';
import { BY, id } from '../harness/vault.ts';
import { type VaultProcess } from '../harness/vault-process.ts';

const BROKERED = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;
const PLAIN = 'a plain value';
const ANSWER_MS = 5_000;
/** Entries of releases with the checkpoint that they stand under. */
const STANDING = `select e.body::jsonb->>'run' || ' ' || (e.body::jsonb->>'holder') as what
  from ledger.entry e join notary.writer w on w.name = e.writer
  join notary.leaf l on l.writer = w.id and l.lane = e.lane and l.n = e.n
  where e.kind = 'secret.released' and l.index < (select max(size) from notary.checkpoint)`;

/** Possessions that were begun and not ended. */
const UNENDED = `select what from (select kind, e.body::jsonb->>'run' || ' ' || (e.body::jsonb->>'holder') as what
  from ledger.entry e where kind in ('secret.released', 'secret.ended', 'secret.aborted')) found
  group by what having bool_and(kind = 'secret.released')`;

/** A Space with a brokered secret and one that its app gets. */
export async function fillSpace(vault: VaultProcess): Promise<string> {
  const space = id();
  for (const [key, value] of [
    ['OPENAI_API_KEY', BROKERED],
    ['PLAIN', PLAIN],
  ])
    assert.equal((await vault.answer(vault.write(space, { key, value }))).type, 'done');
  return space;
}

interface Keys {
  readonly door: SealingPair;
  readonly inside: ReturnType<typeof makePair>;
}

/** Whoever receives values: run and holder of each. */
export class Receiver {
  /** `<run> <holder>` of every value that was read out of a box. */
  readonly handed = new Set<string>();
  /** Of these, what an app or a door got before its entry stood, as far as the database could be asked just then. */
  readonly early: string[] = [];
  /** How often that could be asked. */
  looks = 0;
  readonly #database: TestDatabase;
  readonly #behind: Pool;
  readonly #keys = new Map<string, Keys>();
  readonly #read = new WeakMap<VaultProcess, number>();

  constructor(database: TestDatabase, behind: Pool) {
    this.#database = database;
    this.#behind = behind;
  }

  /** Starts runs of a Space until the signal fires. Nothing is known of one whose vault or database is gone. */
  async run(space: string, vault: () => VaultProcess, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.#start(space, vault).catch(async () => await delay(50));
  }

  /** Asks for a release as the runner does; gives of which run. */
  async ask(space: string, vault: VaultProcess): Promise<string> {
    const run = id();
    const ticket = await this.#database.db.transaction((tx) =>
      record(tx, {
        ...{ kind: 'run.started', subject: `repo:${space}`, actor: BY.actor, credential: BY.credential },
        body: { run, commit: '0'.repeat(40) },
      }),
    );
    const keys = { door: makeSealingPair(), inside: makePair() };
    this.#keys.set(run, keys);
    const [door, inside] = [keys.door.publicKey, keys.inside.publicKey];
    vault.say('runner', { type: 'release', run, space, ticket, door, inside });
    return run;
  }

  async #start(space: string, vault: () => VaultProcess): Promise<void> {
    const asked = vault();
    const run = await this.ask(space, asked);
    if (!(await isAnswered(asked, run, () => asked !== vault()))) {
      asked.say('runner', { type: 'aborted', run, why: 'it got nothing' });
      return await delay(200);
    }
    this.read(asked);
    await this.#look(run).finally(() => {
      for (const type of ['delivered', 'ended']) asked.say('runner', { type, run });
    });
  }

  // A database that is gone says nothing, and is asked for everything in the end.
  async #look(run: string): Promise<void> {
    const { rows } = await this.#behind.query<{ what: string }>(`${STANDING} and e.body like $1`, [
      `%${run}%`,
    ]);
    this.looks += 1;
    for (const what of [`${run} sandbox`, `${run} door`])
      if (!rows.some((row) => row.what === what)) this.early.push(what);
  }

  /** Reads all that a vault handed over, also one that is gone by now. */
  read(vault: VaultProcess): void {
    const from = this.#read.get(vault) ?? 0;
    this.#read.set(vault, vault.frames.length);
    for (const frame of vault.frames.slice(from)) {
      if (!('run' in frame)) continue;
      const keys = this.#keys.get(frame.run);
      if (keys === undefined) continue;
      if (frame.type === 'released' && hasValue(keys, vault.state.key, frame))
        this.handed.add(`${frame.run} sandbox`);
      if (
        frame.type === 'door' &&
        'kind' in frame &&
        frame.kind === 'grant' &&
        hasGrant(keys, vault.state.key, frame)
      )
        this.handed.add(`${frame.run} door`);
    }
  }

  /** What was handed over, and no entry under a checkpoint says so. */
  async findUnrecorded(): Promise<string[]> {
    const { rows } = await this.#behind.query<{ what: string }>(STANDING);
    const standing = new Set(rows.map(({ what }) => what));
    return [...this.handed].filter((what) => !standing.has(what));
  }

  /** Of whom an entry says that they possess something, and none that they do not any more. */
  async findUnended(): Promise<string[]> {
    const { rows } = await this.#behind.query<{ what: string }>(UNENDED);
    return rows.map(({ what }) => what);
  }

  /** Runs of which the vault said that somebody else changed their rows. */
  async countForged(): Promise<number> {
    const forged = `select 1 from ledger.entry where kind = 'secret.run-forged'`;
    return (await this.#behind.query(forged)).rows.length;
  }
}

interface Boxed {
  readonly run: string;
}

function hasValue(
  { inside }: Keys,
  vault: string,
  { run, inside: box }: Boxed & { inside: string },
): boolean {
  return openBox(inside, { vault, run, box }).includes(PLAIN);
}

function hasGrant({ door }: Keys, vault: string, { run, box }: Boxed & { box: string }): boolean {
  const { secrets } = readGrant(openSealing(door, vault, VAULT_TO_DOOR).open(box, run));
  return secrets.some(({ value }) => value.equals(Buffer.from(BROKERED)));
}

async function isAnswered(vault: VaultProcess, run: string, isGone: () => boolean): Promise<boolean> {
  for (const until = Date.now() + ANSWER_MS; Date.now() < until && !isGone(); await delay(10)) {
    const answer = vault.frames.find(
      (frame) =>
        (frame.type === 'released' || frame.type === 'refused') && 'run' in frame && frame.run === run,
    );
    if (answer !== undefined) return answer.type === 'released';
  }
  return false;
}
