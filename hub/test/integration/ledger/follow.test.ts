// Following the ledger: every entry that passes, once, in the order of the tree, whenever its transaction began.
import assert from 'node:assert/strict';
import test from 'node:test';
import { EntrySearch, record, type FollowedEntry } from '../../../src/modules/ledger/index.ts';
import { openTestDatabase } from '../../harness/database.ts';
import { recordEntries } from '../../harness/ledger-files.ts';
import { openNotaryFolder, openTestNotary } from '../../harness/notary.ts';

const LIMIT = { timeout: 60_000 };

void test(
  'EntrySearch follows entries in the order of the tree, and misses none that commits late',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    await using notary = await openTestNotary(database.notary, own);
    const search = new EntrySearch(database.db);
    const found: FollowedEntry[] = [];
    let next = await search.countOrdered();
    const follow = async (): Promise<void> => {
      for (let before = -1; before !== next;) {
        before = next;
        const page = await search.follow({ subject: 'token:3' }, { from: next, limit: 7 });
        found.push(...page.items);
        ({ next } = page);
      }
    };
    await recordEntries(database, 1);
    const recorded = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const late = database.db.transaction(async (tx) => {
      const entry = {
        kind: 'token.issued',
        subject: 'token:3',
        actor: 'user:1',
        credential: '',
        body: { late: true },
      };
      await record(tx, entry);
      recorded.resolve();
      await commit.promise;
    });
    await recorded.promise;
    // Its row is held by the one that is late, so these are of other subjects.
    await recordEntries(database, 3);
    await notary.round();
    await follow();
    assert.deepEqual(found, []);
    assert.equal(next, 4);
    commit.resolve();
    await late;
    await recordEntries(database, 40);
    await notary.round();
    await follow();
    assert.equal(found.length, 9);
    assert.match(found.map(({ body }) => body).join(), /late/);
    const numbers = found.map(({ index }) => index);
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].toSorted((a, b) => a - b),
    );
    assert.equal(next, 45);
  },
);
