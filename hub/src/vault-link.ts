// The way to the vault, which keeps the secrets of Spaces and the seeds of second factors: asks, and waits for the answer, but not for
// ever. What passes here is sealed for the vault's process, with a key made for each write; the supervisor between carries what it
// cannot read.
import { randomInt } from 'node:crypto';
import { makeSealingPair, openSealing } from '@holdfast/kernel/sealing';
import { type Id } from '@holdfast/kernel/id';
import { type Channel } from '@holdfast/platform/channel';
import { type Log } from '@holdfast/platform/log';
import { z } from 'zod';
import {
  HUB_TO_VAULT,
  MOST_KEPT_SEED,
  SEED_TO_HUB,
  SEED_TO_VAULT,
  ToHub,
  type FromHub,
} from '@holdfast/vault/frames';
import {
  whyWay,
  type FormKeyAnswer,
  type SecretAuthor,
  type SecretFacts,
  type SecretWrite,
  type VaultAnswer,
  type VaultLink,
  type VaultStanding,
} from '#modules/secrets';
import { seedFault, type SeedAuthor, type SeedName, type Seeds, type ShownCode } from '#modules/sessions';

const PATIENCE_MS = 10_000;
const GLANCE_MS = 1_000;
/** Questions without an answer yet. */
const MOST_WAITING = 100;

/** What the supervisor says when there is no vault. */
const Gone = z.object({ gone: z.literal(true) });

type Refused = Extract<VaultAnswer, { kind: 'refused' }>;

/** What is said to one question. */
type Answer = VaultAnswer | Extract<ToHub, { type: 'seed' | 'step' | 'form-key' }>;

const GONE: Refused = { kind: 'refused', problem: 'gone', message: '' };
/** Nobody was asked: nothing can have been done. */
const ABSENT: Refused = { kind: 'refused', problem: 'absent', message: '' };
const SILENT: Refused = { kind: 'refused', problem: 'silent', message: '' };
const BUSY: Refused = { kind: 'refused', problem: 'failed', message: 'it has too much to do' };

type End = Pick<Channel, 'send' | 'onFrame' | 'closed'>;
/** What is asked, without its number. */
type Question<Frame = Exclude<FromHub, { type: 'hello' }>> = Frame extends { id: number }
  ? Omit<Frame, 'id'>
  : never;
type State = Extract<ToHub, { type: 'state' }>;

/** The way over a channel. */
export class ChannelToVault implements VaultLink, Seeds {
  readonly #channel: End;
  readonly #log: Log;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #greeted = new Set<(state: State | undefined) => void>();
  #state: State | undefined;
  /** An answer to the hub before this one is nobody's. */
  #last = randomInt(2 ** 40);

  constructor(channel: End, log: Log) {
    this.#channel = channel;
    this.#log = log;
    channel.onFrame((frame) => this.#hear(frame));
    void channel.closed.then(() => this.#lose());
    channel.send({ type: 'hello' } satisfies FromHub);
  }

  /** How it is. Who looks at a page does not wait for one that says nothing. */
  async standing(): Promise<VaultStanding> {
    const state = await this.#greet(GLANCE_MS);
    if (state === undefined) return { state: 'absent', why: '' };
    return state.sealed === null ? { state: 'open', why: '' } : { state: 'sealed', why: state.sealed };
  }

  /** The key to which pages seal. */
  async formKey(): Promise<FormKeyAnswer> {
    const state = await this.#greet();
    if (state === undefined) return ABSENT;
    const answer = await this.#put({ type: 'form-key' });
    if ('kind' in answer) return answer.kind === 'refused' ? answer : SILENT;
    return answer.type === 'form-key' ? { kind: 'key', key: answer.key } : SILENT;
  }

  /** Sets a secret. */
  async write({ space, body, by, taken }: SecretWrite): Promise<VaultAnswer> {
    const state = await this.#greet();
    if (state === undefined) return ABSENT;
    if (state.sealed !== null) return { kind: 'refused', problem: 'sealed', message: state.sealed };
    const pair = makeSealingPair();
    const box = openSealing(pair, state.key, HUB_TO_VAULT).seal(body, space);
    return await this.#ask({
      ...{ type: 'write', space, key: pair.publicKey, box, by: authorOf(by), taken: [...taken] },
    });
  }

  /** The secrets of a Space. */
  async list(space: Id): Promise<VaultAnswer> {
    return await this.#ask({ type: 'list', space });
  }

  /** Deletes one. */
  async delete(space: Id, name: string, by: SecretAuthor): Promise<VaultAnswer> {
    return await this.#ask({ type: 'delete', space, name, by: authorOf(by) });
  }

  /** Destroys all that belongs to a Space. */
  async forget(space: Id, by: SecretAuthor): Promise<VaultAnswer> {
    return await this.#ask({ type: 'forget', space, by: authorOf(by) });
  }

  /** Has no run of a Space use anything any more. */
  async stop(space: Id, by: SecretAuthor): Promise<VaultAnswer> {
    return await this.#ask({ type: 'stop', space, by: authorOf(by) });
  }

  /** Has a seed made, or taken. */
  async makeSeed(name: SeedName, by: SeedAuthor, seed?: Buffer): ReturnType<Seeds['makeSeed']> {
    const state = await this.#greet();
    if (state === undefined) throw seedFault('absent');
    const { userId: user, enrolment } = name;
    const pair = makeSealingPair();
    const box = seed === undefined ? null : openSealing(pair, state.key, SEED_TO_VAULT).seal(seed, user);
    const answer = await this.#put({
      ...{ type: 'seed', user, enrolment, key: pair.publicKey, box, by: authorOf(by) },
    });
    if (!('type' in answer) || answer.type !== 'seed') throw faultOf(answer);
    const own = openSealing(pair, state.key, SEED_TO_HUB);
    return { seed: own.open(answer.box, user), kept: Buffer.from(answer.kept, 'base64url') };
  }

  /** Asks whether a code is one of a seed. */
  async checkCode(name: SeedName, kept: Buffer, { code, last }: ShownCode): Promise<number | undefined> {
    // The vault would hear no word that has it, and say nothing.
    if (kept.length > MOST_KEPT_SEED) throw new Error('a seed was changed in the database');
    const { userId: user, enrolment } = name;
    const answer = await this.#put({
      ...{ type: 'code', user, enrolment, kept: kept.toString('base64url'), code, last },
    });
    if (!('type' in answer) || answer.type !== 'step') throw faultOf(answer);
    return answer.step ?? undefined;
  }

  /** The vault that is there. One that has only now been started is waited for. */
  async #greet(patience = PATIENCE_MS): Promise<State | undefined> {
    if (this.#state !== undefined) return this.#state;
    const { promise, resolve } = Promise.withResolvers<State | undefined>();
    this.#greeted.add(resolve);
    const timer = setTimeout(() => resolve(undefined), patience);
    this.#channel.send({ type: 'hello' } satisfies FromHub);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#greeted.delete(resolve);
    }
  }

  async #ask(question: Question): Promise<VaultAnswer> {
    const answer = await this.#put(question);
    // What answers another question was not done for this one, as far as anybody knows.
    return 'kind' in answer ? answer : SILENT;
  }

  async #put(question: Question): Promise<Answer> {
    if (this.#waiting.size >= MOST_WAITING) return BUSY;
    this.#last += 1;
    const id = this.#last;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    const timer = setTimeout(() => resolve(SILENT), PATIENCE_MS);
    this.#channel.send({ ...question, id } satisfies FromHub);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  #hear(frame: unknown): void {
    const read = ToHub.safeParse(frame);
    if (read.success) this.#take(read.data);
    else if (Gone.safeParse(frame).success) this.#lose();
    // What it was is not said: nothing of a box belongs in a log.
    else this.#log.error('the vault said what is no frame');
  }

  #take(frame: ToHub): void {
    if (frame.type === 'state') {
      this.#state = frame;
      for (const resolve of this.#greeted) resolve(frame);
    } else if (frame.type === 'done') {
      const secrets = frame.secrets.map(factsOf);
      this.#waiting.get(frame.id)?.({ kind: 'done', secrets, overlapSeconds: frame.overlap });
    } else if (frame.type === 'refused') {
      const { code: problem, message } = frame.why;
      this.#waiting.get(frame.id)?.({ kind: 'refused', problem, message });
    } else this.#waiting.get(frame.id)?.(frame);
  }

  /** The vault is gone, and with it what it was asked. Its key is of that process alone. */
  #lose(): void {
    this.#state = undefined;
    for (const resolve of this.#greeted) resolve(undefined);
    for (const resolve of this.#waiting.values()) resolve(GONE);
  }
}

// A seed that is another user's, or was changed in the database, is an incident and no refusal.
function faultOf(answer: Answer): Error {
  if (!('kind' in answer) || answer.kind === 'done') return new Error('the vault answered another question');
  return answer.problem === 'invalid' ? new Error(answer.message) : seedFault(answer.problem);
}

function authorOf({ actor, credential }: SecretAuthor) {
  return { actor, credential, personal: {} };
}

function factsOf(frame: Extract<ToHub, { type: 'done' }>['secrets'][number]): SecretFacts {
  const { id, name, n, way, hosts, provider, description, uses } = frame;
  const { createdAt, expiresAt, lastUsedAt, echoedAt, sealedIn } = frame;
  return {
    ...{
      id: id as Id,
      name,
      version: n,
      way,
      because: whyWay(frame),
      hosts,
      provider,
      description,
      uses,
      sealedIn,
    },
    updatedAt: new Date(createdAt),
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt),
    echoedAt: echoedAt === null ? null : new Date(echoedAt),
  };
}
