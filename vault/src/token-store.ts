// Which of this hub's tokens a value is, if it is one: asked where the value is in any case, so that nobody else learns of it but by the
// id. The vault's role sees ids and digests of tokens alone, and a digest leads back to no text.
import { sha256 } from '@holdfast/kernel/digest';
import { isTokenBytes } from '@holdfast/kernel/token-text';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type VaultTables } from './tables.ts';

/** The id of the token; `undefined` for any other value, also for a token of another hub. */
export async function findOwnToken(tx: Tx, value: Buffer): Promise<string | undefined> {
  // Only what is a token by its check is digested: the digest of a value that people chose could be searched for.
  if (!isTokenBytes(value)) return undefined;
  const row = await tx
    .withTables<VaultTables>()
    .selectFrom('tokens.token')
    .select('id')
    .where('digest', '=', sha256(value))
    .executeTakeFirst();
  return row?.id;
}
