// Tokens that somebody found where they should not be: whoever has one may end it, and learns nothing by it. Invariant: the
// answer neither waits for nor depends on what becomes of the texts; what is queued is digests, never a token.
import { z } from 'zod';
import { type Clock } from '@holdfast/kernel/clock';
import { parseSha256, type Sha256 } from '@holdfast/kernel/digest';
import { isTokenText } from '@holdfast/kernel/token-text';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db } from '@holdfast/platform/postgres/database';
import { enqueue } from '@holdfast/platform/queue';
import { record } from '#modules/ledger';
import { digestToken } from './model.ts';
import { TokenWriter } from './store.ts';

/** The queue task that revokes what was reported. */
export const REVOKE_FOUND_TASK = 'tokens:revoke-found';

const Report = z.object({
  digests: z.array(
    z.string().transform((text, context): Sha256 => {
      const digest = parseSha256(text);
      if (digest !== undefined) return digest;
      context.addIssue({ code: 'custom', message: 'a digest has 64 lower-case hex digits' });
      return z.NEVER;
    }),
  ),
  address: z.string(),
});

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

  /** Takes texts that may be tokens, from an address. The same is done for any texts: the job alone looks them up. */
  async report(texts: readonly string[], address: string): Promise<void> {
    const digests = [...new Set(texts.map((text) => text.trim()).filter(isTokenText))].map(digestToken);
    await this.#db.transaction((tx) =>
      enqueue(tx, { task: REVOKE_FOUND_TASK, payload: { digests, address } }),
    );
  }

  /** The work of the job; done twice it changes nothing more. Throws for anything but what `report` queues. */
  async revoke(payload: unknown): Promise<void> {
    const { digests, address } = Report.parse(payload);
    for (const digest of digests) await this.#revokeOne(digest, address);
  }

  async #revokeOne(digest: Sha256, address: string): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const writer = new TokenWriter(tx);
      const sealed = await writer.findByDigest(digest);
      if (sealed === undefined) return;
      const { id } = sealed.token;
      if (!(await writer.revoke(id, this.#clock.now()))) return;
      await this.#epochs.advance(tx, 'identity');
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
