// The way to the vault: asks for what runs may have, and carries boxes between it and doors, which this process cannot open.
import { type Channel } from '@holdfast/platform/channel';
import { type Log } from '@holdfast/platform/log';
import { ToRunner, type FromRunner } from '@holdfast/vault/frames';
import { z } from 'zod';
import { Change } from '../runs/change.ts';

/** What the supervisor says for a vault that is not there. */
const Gone = z.object({ gone: z.literal(true) });

/** Why a run got nothing. */
export class ReleaseRefused extends Error {
  /** Whether it may be asked for again later. */
  readonly retry: boolean;

  constructor(why: string, retry: boolean) {
    super(why);
    this.retry = retry;
  }
}

/** A box for a run's door. */
export type DoorBox = Pick<Extract<ToRunner, { type: 'door' }>, 'kind' | 'box'>;

/** What a run asks for. */
export type ReleaseWish = Omit<Extract<FromRunner, { type: 'release' }>, 'type'>;

const AGAIN_MS = 500;
/** Why nothing is released while there is no vault, for people. */
export const AWAY = 'The vault is not running: Spaces with secrets wait until it is';

/** The vault, as the runner reaches it. */
export class VaultLink {
  readonly #channel: Pick<Channel, 'send'>;
  readonly #doors = new Map<string, (box: DoorBox) => void>();
  readonly #waiting = new Map<string, PromiseWithResolvers<string>>();
  #key: string | undefined;
  #closed: string | null = AWAY;
  #change = new Change();
  #again: NodeJS.Timeout | undefined;

  constructor(channel: Pick<Channel, 'send' | 'onFrame'>, log: Log) {
    this.#channel = channel;
    channel.onFrame((text) => {
      const frame = ToRunner.safeParse(text).data;
      if (frame !== undefined) this.#hear(frame);
      else if (Gone.safeParse(text).success) this.#leave();
      else log.error('the vault said what is no frame');
    });
    this.#greet();
  }

  #greet(): void {
    this.#say({ type: 'hello', runs: [...this.#doors.keys()] });
  }

  /** Why nothing can be released now, for people; `null` when it can. */
  get closed(): string | null {
    return this.#closed;
  }

  /** Happens when that changes. */
  get change(): Change {
    return this.#change;
  }

  /** For whom boxes are sealed; `undefined` while there is no vault. */
  get key(): string | undefined {
    return this.#key;
  }

  /** Asks for what a run may have; gives the box for the program inside. Throws `ReleaseRefused`. */
  async release(wish: ReleaseWish): Promise<string> {
    const waiting = Promise.withResolvers<string>();
    this.#waiting.set(wish.run, waiting);
    this.#say({ type: 'release', ...wish });
    return await waiting.promise;
  }

  /** The program inside has what it was given. */
  delivered(run: string): void {
    this.#say({ type: 'delivered', run });
  }

  /** Nothing of the run is left. */
  ended(run: string): void {
    this.#settle(run)?.reject(new ReleaseRefused('the run has ended', false));
    this.#say({ type: 'ended', run });
  }

  /** Nothing of the run is left, and the program inside was sent nothing. */
  aborted(run: string, why: string): void {
    this.#settle(run)?.reject(new ReleaseRefused('the run has ended', false));
    this.#say({ type: 'aborted', run, why });
  }

  /** Carries boxes to the door of a run, from before its release. Disposing of the result ends that. */
  followDoor(run: string, carry: (box: DoorBox) => void): Disposable {
    this.#doors.set(run, carry);
    return {
      [Symbol.dispose]: () => {
        this.#doors.delete(run);
      },
    };
  }

  /** Carries a box from the door of a run. */
  fromDoor(run: string, box: string): void {
    this.#say({ type: 'door', run, box });
  }

  #hear(frame: ToRunner): void {
    switch (frame.type) {
      case 'state':
        // Another vault knows nothing of what is asked for.
        if (this.#key !== undefined && this.#key !== frame.key) this.#leave();
        this.#key = frame.key;
        // One that was sealed has forgotten who lives.
        if (this.#closed !== null && frame.sealed === null) this.#greet();
        this.#turn(frame.sealed);
        return;
      case 'released':
        this.#settle(frame.run)?.resolve(frame.inside);
        return;
      case 'refused':
        this.#settle(frame.run)?.reject(new ReleaseRefused(frame.why, frame.retry));
        return;
      case 'door':
        this.#doors.get(frame.run)?.({ kind: frame.kind, box: frame.box });
    }
  }

  #settle(run: string): PromiseWithResolvers<string> | undefined {
    const waiting = this.#waiting.get(run);
    this.#waiting.delete(run);
    return waiting;
  }

  #leave(): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new ReleaseRefused(AWAY, true));
    this.#waiting.clear();
    this.#turn(AWAY);
    // One that is started anew learns that we are here. Where there is none, each word is answered that it is gone.
    if (this.#again !== undefined) return;
    this.#again = setTimeout(() => {
      this.#again = undefined;
      this.#greet();
    }, AGAIN_MS);
    this.#again.unref();
  }

  #turn(closed: string | null): void {
    if (this.#closed === closed) return;
    this.#closed = closed;
    const before = this.#change;
    this.#change = new Change();
    before.happen();
  }

  #say(frame: FromRunner): void {
    this.#channel.send(frame);
  }
}
