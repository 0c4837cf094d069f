// What the database's superuser can do to the map of heads: change what is in it, and compute everything above anew, so
// that nothing in the database contradicts it.
import { type Pool } from 'pg';
import { chainKey, type ChainName } from '@holdfast/notary/heads/chain';
import { BUCKET_DEPTH, bucketOf, MIDDLE_DEPTH } from '@holdfast/notary/heads/top';
import { subtreeOf } from '@holdfast/notary/heads/trie';
import { TreeReader } from '@holdfast/notary/tree-store';
import { type Db } from '@holdfast/platform/postgres/database';

/** Deletes the head of a chain from its rows alone. */
export async function deleteHead(pool: Pool, chain: ChainName): Promise<void> {
  const { rowCount } = await pool.query('delete from notary.head where key = $1', [chainKey(chain)]);
  if (rowCount !== 1) throw new Error(`${chain.relation} ${chain.name} has no head`);
}

/** Sets the head of a chain back, in its row alone. */
export async function setHeadBack(pool: Pool, chain: ChainName): Promise<void> {
  const { rowCount } = await pool.query(
    `update notary.head set n = n - 1, digest = sha256('x') where key = $1`,
    [chainKey(chain)],
  );
  if (rowCount !== 1) throw new Error(`${chain.relation} ${chain.name} has no head`);
}

/** Computes bucket, middle and root above a chain anew from the rows, as the notary would. */
export async function recomputeMap(pool: Pool, db: Db, chain: ChainName): Promise<void> {
  const reader = new TreeReader(db);
  const bucket = bucketOf(chainKey(chain));
  const subtree = subtreeOf(await reader.map.listBucket(bucket), BUCKET_DEPTH);
  const top = await reader.map.openTop();
  const changed = [{ place: bucket, subtree }];
  const middle = top.changedAt(MIDDLE_DEPTH, changed);
  await pool.query('begin');
  await pool.query('update notary.bucket set keys = $2, hash = $3 where bucket = $1', [
    bucket,
    subtree.count,
    subtree.hash,
  ]);
  for (const { place, subtree: above } of middle)
    await pool.query('update notary.middle set keys = $2, hash = $3 where middle = $1', [
      place,
      above.count,
      above.hash,
    ]);
  await pool.query('update notary.tree set heads = $1', [top.rootWith(changed)]);
  await pool.query('commit');
}
