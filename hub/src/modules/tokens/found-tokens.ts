// Tokens that somebody found where they should not be: whoever has one may end it, and learns nothing by it. Invariants: the
// answer is the same whatever the texts are; only what is a live token here is queued, by its id, so that nobody fills the
// queue with texts that merely pass the check.
import { type Clock } from '@holdfast/kernel/clock';
import { parseId, type Id } from '@holdfast/kernel/id';
import { isTokenText } from '@holdfast/kernel/token-text';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db } from '@holdfast/platform/postgres/database';
import { enqueue } from '@holdfast/platform/queue';
import { record } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import { digestToken } from './model.ts';
import { TokenReader, TokenWriter } from './store.ts';

/** The queue task that revokes what was reported. */
export const REVOKE_FOUND_TASK = 'tokens:revoke-found';

/** Takes reports, and revokes what they name. */
export class FoundTokens {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;

  constructor(deps: { db: Db; clock: Clock; epochs: Epochs }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
  }

  /** Takes texts that may be tokens, from an address. */
  async report(texts: readonly string[], address: string): Promise<void> {
    const digests = [...new Set(texts.map((text) => text.trim()).filter(isTokenText))].map(digestToken);
    await this.#db.transaction(async (tx) => {
      for (const token of await new TokenReader(tx).listUnrevoked(digests))
        await enqueue(tx, { task: REVOKE_FOUND_TASK, payload: { token, address }, key: `found:${token}` });
    });
  }

  /** The work of the job; done twice it changes nothing more. Throws for anything but what `report` queues. */
  async revoke(payload: unknown): Promise<void> {
    const { token, address } = (payload ?? {}) as { token?: unknown; address?: unknown };
    const id = parseId(String(token));
    if (id === undefined) throw new TypeError('a job to revoke a found token names none');
    await this.#revokeOne(id, String(address));
  }

  async #revokeOne(id: Id, address: string): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const writer = new TokenWriter(tx);
      const at = this.#clock.now();
      const token = await writer.findById(id);
      if (token === undefined || !(await writer.revoke(id, at))) return;
      await this.#epochs.advance(tx, 'identity');
      const facts = { kind: 'token-revoked', token: token.name, why: 'found' } as const;
      await writeMail(tx, { event: `token.revoked:${id}`, recipientId: token.userId, facts, at });
      await record(tx, {
        kind: 'token.revoked',
        subject: `token:${id}`,
        actor: 'anonymous',
        credential: '',
        body: { why: 'found' },
        personal: { address },
      });
    });
  }
}
