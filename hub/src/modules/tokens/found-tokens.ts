// Tokens that somebody found where they should not be: whoever has one may end it, and learns nothing by it. Invariants: the
// answer is the same whatever the texts are (its time is the surface's to keep); only what is a live token here is queued, by its id, so that
// nobody fills the queue with texts that merely pass the check.
import { type Clock } from '@holdfast/kernel/clock';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { parseId, type Id } from '@holdfast/kernel/id';
import { isTokenText } from '@holdfast/kernel/token-text';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { enqueue } from '@holdfast/platform/queue';
import { record } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import { type Removals } from '#modules/removals';
import { digestToken, type Token } from './model.ts';
import { TokenReader, TokenWriter } from './store.ts';

/** The queue task that revokes what was reported. */
export const REVOKE_FOUND_TASK = 'tokens:revoke-found';

/** Takes reports, and revokes what they name. */
export class FoundTokens {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;
  readonly #removals: Pick<Removals, 'doOrTake' | 'ends'>;
  readonly #hasSeen: (digest: Sha256) => boolean;

  constructor(deps: {
    db: Db;
    clock: Clock;
    epochs: Epochs;
    removals: Pick<Removals, 'doOrTake' | 'ends'>;
    /** Whether this hub has seen the token with this digest work lately. */
    hasSeen: (digest: Sha256) => boolean;
  }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
    this.#removals = deps.removals;
    this.#hasSeen = deps.hasSeen;
  }

  /** Takes texts that may be tokens, from an address. */
  async report(texts: readonly string[], address: string): Promise<void> {
    const all = [...new Set(texts.map((text) => text.trim()).filter(isTokenText))].map(digestToken);
    // Without a database nobody can tell a token from a text that passes the check: those that worked here go first.
    const parts = [
      { asker: 'proved', digests: all.filter(this.#hasSeen) },
      { asker: 'unproved', digests: all.filter((digest) => !this.#hasSeen(digest)) },
    ] as const;
    for (const { asker, digests } of parts) {
      const fresh = digests.filter((digest) => !this.#removals.ends(digest));
      if (fresh.length === 0) continue;
      const removal = { kind: 'found', digests: fresh, address } as const;
      await this.#removals.doOrTake(async () => await this.#queue(fresh, address), removal, asker);
    }
  }

  /** The work of the job; done twice it changes nothing more. Throws for anything but what `report` queues. */
  async revoke(payload: unknown): Promise<void> {
    const { tokens, token, address } = (payload ?? {}) as {
      tokens?: unknown;
      token?: unknown;
      address?: unknown;
    };
    // Versions before this one queued each token by itself, and what they queued must not be lost.
    const named: unknown[] = Array.isArray(tokens) ? tokens : [token];
    const ids = named.map((one) => parseId(String(one))).filter((id) => id !== undefined);
    if (ids.length === 0) throw new TypeError('a job to revoke found tokens names none');
    await this.#db.transaction(
      async (tx) => await this.#revokeAll(tx, ids, { address: String(address), at: this.#clock.now() }),
    );
  }

  /** Revokes what was reported at that time, while the database was away. */
  async revokeTaken(digests: readonly Sha256[], report: { address: string; takenAt: Date }): Promise<void> {
    const { address, takenAt } = report;
    await this.#db.transaction(async (tx) => {
      for (const tokens of (await new TokenReader(tx).listUnrevoked(digests)).values())
        await this.#revokeAll(tx, tokens, { address, at: takenAt, takenAt });
    });
  }

  async #queue(digests: readonly Sha256[], address: string): Promise<void> {
    await this.#db.transaction(async (tx) => {
      for (const tokens of (await new TokenReader(tx).listUnrevoked(digests)).values())
        await enqueue(tx, {
          task: REVOKE_FOUND_TASK,
          payload: { tokens, address },
          key: `found:${sha256(tokens.join())}`,
        });
    });
  }

  /** Revokes tokens of one owner, who is told once of all. */
  async #revokeAll(tx: Tx, tokens: readonly Id[], found: Found): Promise<void> {
    const ended: Token[] = [];
    const writer = new TokenWriter(tx);
    for (const id of tokens) {
      const token = await writer.findById(id);
      if (token !== undefined && (await writer.revoke(id, found.at))) ended.push(token);
    }
    const [first] = ended;
    if (first === undefined) return;
    await this.#epochs.advance(tx, 'identity');
    const facts = { kind: 'token-revoked', token: namesOf(ended), why: 'found' } as const;
    // A token is revoked once: nobody is told of it in two mails.
    const event = `token.revoked:${first.id}`;
    await writeMail(tx, { event, recipientId: first.userId, facts, at: found.at });
    for (const { id } of ended) await recordFound(tx, id, found);
  }
}

/** By whom, and when. */
interface Found {
  readonly address: string;
  readonly at: Date;
  /** When it was taken while the database was away. */
  readonly takenAt?: Date;
}

async function recordFound(tx: Tx, id: Id, { address, takenAt }: Found): Promise<void> {
  await record(tx, {
    kind: 'token.revoked',
    subject: `token:${id}`,
    actor: 'anonymous',
    credential: '',
    body: { why: 'found', ...(takenAt && { takenAt: takenAt.toISOString() }) },
    personal: { address },
  });
}

/** Names that a mail says; all of them are on the page of tokens. */
const MOST_NAMES = 20;

function namesOf(tokens: readonly Token[]): string {
  const names = tokens.slice(0, MOST_NAMES).map(({ name }) => name);
  return [...names, ...(tokens.length > MOST_NAMES ? ['…'] : [])].join(', ');
}
