// Tokens that somebody was about to publish: where one is live and not theirs, its owner is told that it is in other hands.
// Invariants: whoever pushes waits for none of this, so that neither answer nor time tells them whether a token lives; the
// owner is told neither by whom nor where, which may be hidden from them, and the ledger is.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Log } from '@holdfast/platform/log';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { referencesOf, type Actor } from '#modules/access';
import { record } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import { standing, type Token } from './model.ts';
import { PushedWriter } from './pushed-store.ts';
import { PushedWaiting, type Noted } from './pushed-waiting.ts';
import { TokenReader } from './store.ts';

/** Looked up by one question, of which PostgreSQL takes 65,535 parameters. */
const AT_ONCE = 10_000;
/** Of one token its owner is told once in so long. */
const AGAIN_MS = 86_400_000;

/** Notes them, and tells their owners. */
export class PushedTokens {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiting = new PushedWaiting();

  constructor(deps: { db: Db; clock: Clock; log: Log }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /** Notes that these were in a text that somebody pushed; costs the same for every text. */
  note(digests: readonly Sha256[], pusher: Actor): void {
    for (const digest of digests) this.#waiting.note({ digest, pusher });
  }

  /** Tells the owners of those that were noted since the last call. */
  async flush(): Promise<void> {
    const { noted, leftOut } = this.#waiting.take();
    for (const [actor, count] of leftOut)
      this.#log.warn(
        { actor, count },
        'texts were pushed with more tokens than are looked up: these were not',
      );
    if (noted.length === 0) return;
    try {
      for (let at = 0; at < noted.length; at += AT_ONCE) await this.#tellOf(noted.slice(at, at + AT_ONCE));
    } catch (error) {
      // To tell of them once more tells nobody twice.
      for (const one of noted) this.#waiting.note(one);
      throw error;
    }
  }

  async #tellOf(noted: readonly Noted[]): Promise<void> {
    const digests = [...new Set(noted.map(({ digest }) => digest))];
    const tokens = await new TokenReader(this.#db).listByDigests(digests);
    const live = new Map(tokens.filter((token) => this.#isLive(token)).map((token) => [token.digest, token]));
    for (const { digest, pusher } of noted) {
      const token = live.get(digest);
      if (token === undefined || isTheirs(pusher, token)) continue;
      await this.#db.transaction(async (tx) => await tell(tx, { token, pusher, at: this.#clock.now() }));
    }
  }

  #isLive(token: Token): boolean {
    return standing(token, this.#clock.now()) === 'live';
  }
}

function isTheirs(pusher: Actor, token: Token): boolean {
  return pusher.kind === 'user' && pusher.userId === token.userId;
}

async function tell(
  tx: Tx,
  { token, pusher, at }: { readonly token: Token; readonly pusher: Actor; readonly at: Date },
): Promise<void> {
  const since = new Date(at.getTime() - AGAIN_MS);
  if (!(await new PushedWriter(tx).note(token.id, at, since))) return;
  const event = `token.pushed:${token.id}:${at.toISOString()}`;
  const facts = { kind: 'token-pushed', token: token.name } as const;
  await writeMail(tx, { event, recipientId: token.userId, facts, at });
  await record(tx, {
    kind: 'token.pushed',
    subject: `token:${token.id}`,
    ...referencesOf(pusher),
    body: {},
  });
}
