// The vault at work: three channels, each with its own words, and one state, open or sealed.
import { openSealing } from '@holdfast/kernel/sealing';
import { type Channel } from '@holdfast/platform/channel';
import { type NoteVerifier } from '@holdfast/notary/note';
import {
  FromHub,
  FromOperator,
  FromRunner,
  OPERATOR_TO_VAULT,
  type ToHub,
  type ToOperator,
  type ToRunner,
} from './frames.ts';
import { AtOnce } from './at-once.ts';
import { beginAnew, listLosses, piecesOf } from './begin-anew.ts';
import { CLOSED } from './closed.ts';
import { type Ground } from './ground.ts';
import { Leases } from './leases.ts';
import { describeVersion, type KeptVersion } from './model.ts';
import { Opening } from './opening.ts';
import { Owed } from './owed.ts';
import { CHANGED_MEANWHILE, VaultRefusal } from './refusal.ts';
import { Possession, type Living } from './possession.ts';
import { Releases } from './releases.ts';
import { countKept } from './kept.ts';
import { keepWatching, standByRoot } from './named-root.ts';
import { rotateRootKey } from './rotation.ts';
import { SealingRecord } from './sealing-record.ts';
import { Seeds } from './seeds.ts';
import { keepSweeping } from './sweep.ts';
import { Turns, type Flight } from './turns.ts';
import { Writes } from './writes.ts';

/** Whom the vault hears. */
export interface Channels {
  readonly hub: Pick<Channel, 'onFrame' | 'send'>;
  readonly runner: Pick<Channel, 'onFrame' | 'send'>;
  readonly operator: Pick<Channel, 'onFrame' | 'send'>;
}

/** Words of the hub that are being done. A hub of ours waits with a hundred; one that floods would use up the memory. */
const MOST_OF_HUB = 200;

/** Why nothing is handed over although the key is there: what the vault did is missing in the database. */
export type Behind = string | undefined;

/** What a vault is told beside its ground. */
export interface VaultCircumstances {
  readonly verifier: NoteVerifier;
  readonly behind: Behind;
  /** The operator goes on with the root key that is there; also where it is opened later. */
  readonly acceptLoss?: boolean;
  /** Under which a root key is made when the operator names no other. */
  readonly passphrase?: Buffer | undefined;
}

/** The vault. */
export class Vault implements Disposable {
  readonly #ground: Ground;
  readonly #channels: Channels;
  readonly #writes: Writes;
  readonly #seeds: Seeds;
  readonly #possession: Possession;
  readonly #releases: Releases;
  readonly #leases: Leases;
  #behind: Behind;
  readonly #passphrase: Buffer | undefined;
  readonly #turns = new Turns();
  readonly #ofHub = new AtOnce(MOST_OF_HUB);
  readonly #owed: Owed;
  readonly #sealings: SealingRecord;
  readonly #opening: Opening;
  readonly #sweeping: Disposable;
  readonly #watching: Disposable;
  /** Runs that live: those the runner named when it greeted, and what began since. */
  #runs = new Set<string>();

  constructor(ground: Ground, channels: Channels, more: VaultCircumstances) {
    this.#ground = ground;
    this.#channels = channels;
    this.#behind = more.behind;
    this.#passphrase = more.passphrase;
    this.#writes = new Writes(ground);
    this.#seeds = new Seeds(ground);
    this.#possession = new Possession(ground);
    this.#owed = new Owed(ground.log);
    this.#sealings = new SealingRecord(ground, this.#owed);
    this.#opening = new Opening(
      ground.keys,
      this.#sealings,
      async () => await standByRoot(ground, { acceptLoss: more.acceptLoss ?? false }),
    );
    this.#releases = new Releases(ground, this.#possession, more.verifier);
    this.#leases = new Leases(ground, this.#owed, more.verifier, (frame) => this.#tellRunner(frame));
    this.#listen(channels.hub, FromHub, (frame) => this.#hearHub(frame));
    this.#listen(channels.runner, FromRunner, (frame) => this.#hearRunner(frame));
    this.#listen(channels.operator, FromOperator, (frame) => this.#hearOperator(frame));
    this.#sweeping = keepSweeping(ground);
    this.#watching = keepWatching(ground, (why) => this.#outdate(why));
    this.#tellState();
  }

  // What is no word of the channel is noted and counts for nothing.
  #listen<Frame>(
    channel: Channels['hub'],
    schema: { safeParse(frame: unknown): { success: boolean; data?: Frame | undefined } },
    hear: (frame: Frame) => Promise<void>,
  ): void {
    channel.onFrame((text) => {
      const frame = schema.safeParse(text).data;
      if (frame === undefined) {
        this.#ground.log.error('somebody said what is no word of their channel');
        return;
      }
      hear(frame).catch((error: unknown) => {
        this.#ground.log.error({ err: error }, 'a word could not be answered');
      });
    });
  }

  /** Why nothing can be read here, for people; `null` when everything can. */
  get #sealed(): string | null {
    if (this.#behind !== undefined) return this.#behind;
    if (this.#opening.isUnderWay) return CLOSED.opening;
    return CLOSED[this.#ground.keys.closed ?? 'open'];
  }

  #requireOpen(): void {
    if (this.#sealed !== null) throw new VaultRefusal('sealed', this.#sealed);
  }

  #tellState(): void {
    const state = { type: 'state', key: this.#ground.pair.publicKey, sealed: this.#sealed } as const;
    this.#tellHub(state);
    this.#tellRunner(state);
  }

  #tellHub(frame: ToHub): void {
    this.#channels.hub.send(frame);
  }

  #tellRunner(frame: ToRunner): void {
    this.#channels.runner.send(frame);
  }

  async #hearHub(frame: FromHub): Promise<void> {
    if (frame.type === 'hello') {
      this.#tellState();
      return;
    }
    try {
      // What takes access away waits for no key, no disk and no database (threat 18), and for nothing else that the hub said.
      this.#takeAway(frame);
      this.#tellHub(await this.#ofHub.do(async () => await this.#answerHub(frame)));
    } catch (error) {
      this.#tellHub({ type: 'refused', id: frame.id, why: this.#refusalOf(error) });
    }
  }

  async #answerHub(frame: Exclude<FromHub, { type: 'hello' }>): Promise<ToHub> {
    const { id } = frame;
    if (frame.type === 'seed' || frame.type === 'code' || frame.type === 'form-key') {
      this.#requireOpen();
      if (frame.type === 'form-key') return { type: 'form-key', id, key: await this.#writes.formKey() };
      if (frame.type === 'seed') return { type: 'seed', id, ...(await this.#seeds.make(frame)) };
      return { type: 'step', id, step: await this.#seeds.check(frame) };
    }
    const { versions, overlap = 0 } = await this.#doForHub(frame);
    const secrets = versions.map((version) => asFrame(describeVersion(version)));
    return { type: 'done', id, secrets, overlap };
  }

  #takeAway(frame: Exclude<FromHub, { type: 'hello' }>): void {
    if (frame.type !== 'delete' && frame.type !== 'forget' && frame.type !== 'stop') return;
    this.#turns.endAll(CHANGED_MEANWHILE, frame.space);
    if (frame.type === 'delete') this.#leases.revokeNamed(frame.space, frame.name);
    else this.#leases.stop(frame.space);
  }

  async #doForHub(
    frame: Exclude<FromHub, { type: 'hello' | 'seed' | 'code' | 'form-key' }>,
  ): Promise<{ readonly versions: readonly KeptVersion[]; readonly overlap?: number }> {
    if (frame.type === 'list') return { versions: await this.#writes.list(frame.space) };
    if (frame.type === 'write') {
      this.#requireOpen();
      const { version, overlap } = await this.#writes.write(frame);
      this.#turns.endAll(CHANGED_MEANWHILE, frame.space);
      await this.#leases.replace(frame.space, version, overlap);
      return { versions: [version], overlap };
    }
    if (frame.type === 'delete') {
      await this.#writes.delete(frame.space, frame.name, frame.by);
      // A release that began meanwhile.
      this.#leases.revokeNamed(frame.space, frame.name);
    } else if (frame.type === 'forget') await this.#writes.forget(frame.space, frame.by);
    else await this.#possession.stop(frame.space);
    return { versions: [] };
  }

  async #hearRunner(frame: FromRunner): Promise<void> {
    if (frame.type === 'hello') {
      await this.#owed.untilDone('all', this.#greeting(frame.runs));
      return;
    }
    if (frame.type === 'release') this.#runs.add(frame.run);
    const isEnd = frame.type === 'ended' || frame.type === 'aborted';
    if (isEnd) {
      // A release that is under way hands nothing over any more, and then it is its turn.
      this.#runs.delete(frame.run);
      this.#turns.end(frame.run, 'the run has ended');
      this.#leases.end(frame.run);
    }
    const by = frame.type === 'door' ? 'door' : 'runner';
    const isHeard = await this.#turns.take(frame.run, async () => await this.#doForRun(frame), by);
    if (!isHeard) this.#ground.log.error({ run: frame.run }, 'a run says more than can be heard');
  }

  async #doForRun(frame: Exclude<FromRunner, { type: 'hello' }>): Promise<void> {
    if (frame.type === 'release') await this.#release(frame);
    else if (frame.type === 'door') await this.#leases.hear(frame.run, frame.box);
    else if (frame.type === 'delivered') {
      // In its turn once. Until the database is back, what the door asks does not wait for it.
      await this.#record(frame).catch(() => this.#oweLater(frame));
    } else {
      this.#leases.drop(frame.run);
      await this.#owed.untilDone(frame.run, async () => await this.#record(frame));
    }
  }

  // Where the run ends first, there is nothing to record of its delivery any more.
  #oweLater(frame: Extract<FromRunner, { type: 'delivered' }>): void {
    const { log } = this.#ground;
    this.#owed
      .untilDone(frame.run, async () => await this.#record(frame))
      .catch((err: unknown) => log.error({ err, run: frame.run }, 'a delivery was not recorded'));
  }

  async #record(frame: Extract<FromRunner, { type: 'delivered' | 'aborted' | 'ended' }>): Promise<void> {
    if (frame.type === 'delivered') await this.#possession.deliver(frame.run);
    else if (frame.type === 'aborted') await this.#possession.abort(frame.run, frame.why);
    else await this.#possession.end(frame.run);
  }

  // Where it cannot be done just then, it is done again, unless the runner greets anew: with what began and ended meanwhile.
  #greeting(runs: readonly string[]): () => Promise<void> {
    const living = new Set(runs);
    this.#runs = living;
    return async () => {
      if (this.#runs === living) await this.#greetRunner((run) => living.has(run));
    };
  }

  // What is brokered to runs that live goes on, also through a vault that was started anew.
  async #greetRunner(isLiving: (run: string) => boolean): Promise<void> {
    this.#leases.dropAllBut(isLiving);
    const { living, failed } = await this.#possession.endAllBut(isLiving);
    for (const one of living)
      await this.#turns.take(one.run, async () => {
        if (this.#sealed === null && !this.#leases.has(one.run)) await this.#grantAnew(one);
      });
    this.#tellState();
    if (failed !== undefined) throw new Error('the end of a run could not be recorded', { cause: failed });
  }

  async #grantAnew({ run, space }: Pick<Living, 'run' | 'space'>): Promise<void> {
    using flight = this.#turns.begin(run, space);
    // As it is now: it may have ended meanwhile.
    const found = await this.#possession.findLiving(run);
    if (found === undefined) return;
    const isOther = await this.#leases.settle(found);
    const living = isOther ? await this.#possession.findLiving(run) : found;
    if (living !== undefined) await this.#leases.grant(living, flight);
  }

  async #release(frame: Extract<FromRunner, { type: 'release' }>): Promise<void> {
    const { run, space, door } = frame;
    using flight = this.#turns.begin(run, space);
    try {
      this.#requireOpen();
      const { inside, brokered } = await this.#releases.release(frame, flight);
      await this.#grant({ run, space, door, brokered }, flight);
      this.#tellRunner({ type: 'released', run, inside });
    } catch (error) {
      this.#runs.delete(run);
      const { code, message } = this.#refusalOf(error);
      const retry = code !== 'invalid' && code !== 'missing';
      this.#tellRunner({ type: 'refused', run, why: message, retry });
    }
  }

  async #grant(living: Living, flight: Flight): Promise<void> {
    try {
      await this.#leases.grant(living, flight);
    } catch (error) {
      await this.#possession.giveUp(living.run, 'it was not handed over');
      throw error;
    }
  }

  async #hearOperator({ type, operator, passphrase }: FromOperator): Promise<void> {
    try {
      if (type === 'seal') await this.#seal(operator);
      else if (type === 'unseal') await this.#unseal(operator, passphrase);
      else if (type === 'rotate') {
        this.#requireOpen();
        await rotateRootKey(this.#ground, { actor: 'operator', personal: personalOf(operator) });
      }
      if (type === 'losses') {
        for (const piece of piecesOf(await listLosses(this.#ground)))
          this.#channels.operator.send({ type, ...piece } satisfies ToOperator);
        return;
      }
      if (type === 'begin-anew') await this.#beginAnew(operator, passphrase);
      this.#channels.operator.send(await this.#status());
    } catch (error) {
      const { message } = this.#refusalOf(error);
      this.#channels.operator.send({ type: 'refused', message } satisfies ToOperator);
    }
  }

  #openPassphrase(passphrase: FromOperator['passphrase']): Buffer | undefined {
    if (passphrase === null) return undefined;
    const { key, box } = passphrase;
    return openSealing(this.#ground.pair, key, OPERATOR_TO_VAULT).open(box, 'passphrase');
  }

  async #beginAnew(
    operator: FromOperator['operator'],
    passphrase: FromOperator['passphrase'],
  ): Promise<void> {
    if (this.#behind !== undefined) throw new VaultRefusal('sealed', this.#behind);
    const opened = this.#openPassphrase(passphrase);
    try {
      await beginAnew(this.#ground, opened ?? this.#passphrase, personalOf(operator));
    } finally {
      opened?.fill(0);
    }
    this.#tellState();
  }

  async #seal(operator: FromOperator['operator']): Promise<void> {
    this.#ground.keys.close();
    this.#turns.endAll('the vault was sealed');
    this.#leases.dropAll();
    this.#tellState();
    await this.#sealings.closed(personalOf(operator));
  }

  // A rotation at another hub passed this vault by: what it has opens nothing that is set from now on.
  #outdate(why: string): void {
    if (this.#behind !== undefined) return;
    this.#ground.log.error({ why }, 'the vault hands nothing over any more');
    this.#behind = why;
    this.#turns.endAll('the vault was sealed');
    this.#leases.dropAll();
    this.#tellState();
  }

  async #unseal(operator: FromOperator['operator'], passphrase: FromOperator['passphrase']): Promise<void> {
    const opened = this.#openPassphrase(passphrase);
    try {
      await this.#opening.open(opened, personalOf(operator), async () => await this.#seal(operator));
    } finally {
      opened?.fill(0);
    }
    this.#tellState();
  }

  async #status(): Promise<ToOperator> {
    const { keys, pair } = this.#ground;
    return {
      ...{ type: 'status', key: pair.publicKey, sealed: this.#sealed, passphrase: keys.hasPassphrase },
      generation: keys.closed === undefined ? keys.generation : null,
      ...{ rotatedAt: keys.madeAt?.toISOString() ?? null, kept: await countKept(this.#ground) },
    };
  }

  #refusalOf(error: unknown): { code: VaultRefusal['code']; message: string } {
    if (error instanceof VaultRefusal) return { code: error.code, message: error.message };
    this.#ground.log.error({ err: error }, 'the vault could not do what it was asked');
    return { code: 'unsure', message: 'the vault met an error: its log says which' };
  }

  [Symbol.dispose](): void {
    this.#sweeping[Symbol.dispose]();
    this.#watching[Symbol.dispose]();
    this.#owed[Symbol.dispose]();
    this.#leases[Symbol.dispose]();
  }
}

function personalOf({ osUser, terminal, command }: FromOperator['operator']): Record<string, string> {
  return { osUser, ...(terminal !== null && { terminal }), command };
}

function asFrame({ places, ...rest }: ReturnType<typeof describeVersion>) {
  return { ...rest, hosts: [...rest.hosts], places: places.map((place) => ({ ...place })) };
}
