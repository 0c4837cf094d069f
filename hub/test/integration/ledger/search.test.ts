// Looking entries up: by each thing that is known of them, page by page, none twice and none left out.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import {
  EntrySearch,
  Erasure,
  record,
  type EntryFilter,
  type FoundEntry,
} from '../../../src/modules/ledger/index.ts';
import { countedAddress } from '@holdfast/kernel/network';
import { OPERATOR } from '../../harness/served-hub.ts';
import { openTestDatabase } from '../../harness/database.ts';

const LIMIT = { timeout: 60_000 };

async function collect(search: EntrySearch, filter: EntryFilter, limit: number): Promise<FoundEntry[]> {
  const found: FoundEntry[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await search.list(filter, { limit, cursor });
    assert.ok(page.items.length <= limit);
    found.push(...page.items);
    cursor = page.next;
    more = cursor !== undefined;
  }
  return found;
}

void test(
  'EntrySearch finds entries by actor, credential, subject, address, kind and time',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    const search = new EntrySearch(database.db);
    const kinds = ['token.issued', 'token.revoked', 'repo.created'] as const;
    for (let n = 0; n < 60; n += 1)
      await database.db.transaction((tx) =>
        record(tx, {
          kind: kinds[n % 3] ?? 'repo.created',
          subject: `repo:${n % 4}`,
          actor: `user:${n % 5}`,
          credential: n % 2 === 0 ? `token:${n % 6}` : '',
          body: { n },
          personal: { address: `10.0.0.${n % 7}` },
        }),
      );
    const all = await collect(search, {}, 7);
    assert.equal(all.length, 60);
    assert.equal(new Set(all.map(({ hash }) => hash)).size, 60, 'each once');
    assert.deepEqual(
      all.map(({ at }) => at),
      all.map(({ at }) => at).toSorted((a, b) => (a < b ? 1 : -1)),
      'the newest first',
    );
    const numbers = async (filter: EntryFilter): Promise<number[]> =>
      (await collect(search, filter, 4))
        .map(({ body }) => (JSON.parse(body) as { n: number }).n)
        .toSorted((a, b) => a - b);
    const expected = (holds: (n: number) => boolean): number[] =>
      Array.from({ length: 60 }, (_, n) => n).filter(holds);
    assert.deepEqual(
      await numbers({ actor: 'user:2' }),
      expected((n) => n % 5 === 2),
    );
    assert.deepEqual(
      await numbers({ credential: 'token:4' }),
      expected((n) => n % 6 === 4),
    );
    assert.deepEqual(
      await numbers({ subject: 'repo:3' }),
      expected((n) => n % 4 === 3),
    );
    assert.deepEqual(
      await numbers({ address: '10.0.0.6' }),
      expected((n) => n % 7 === 6),
    );
    assert.deepEqual(
      await numbers({ kind: 'token.revoked' }),
      expected((n) => n % 3 === 1),
    );
    assert.deepEqual(
      await numbers({ kind: 'token.' }),
      expected((n) => n % 3 !== 2),
    );
    assert.deepEqual(
      await numbers({ actor: 'user:2', kind: 'repo.created' }),
      expected((n) => n % 5 === 2 && n % 3 === 2),
    );
    const [middle] = all.slice(30);
    assert.ok(middle !== undefined);
    const since = new Date(Math.floor(Date.parse(middle.at)));
    const both = [...(await numbers({ since })), ...(await numbers({ until: since }))];
    assert.deepEqual(
      both.toSorted((a, b) => a - b),
      expected(() => true),
    );
    assert.deepEqual(await numbers({ until: new Date(0) }), []);
    assert.equal(all[0]?.personal['address'], '10.0.0.3');
  },
);

void test('EntrySearch refuses a cursor that is not its own', LIMIT, async () => {
  await using database = await openTestDatabase();
  const search = new EntrySearch(database.db);
  for (const cursor of [
    'x',
    '',
    Buffer.from('["now","x"]').toString('base64url'),
    Buffer.from('[1,"x"]').toString('base64url'),
  ])
    await assert.rejects(search.list({}, { limit: 1, cursor }), (error) =>
      isFault(error, 'ledger.cursor-invalid'),
    );
});

void test(
  'a question by an address finds what has the address, and what has the network that is counted',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    const write = async (subject: string, address: string): Promise<void> => {
      const entry = { kind: 'repo.created', subject, actor: 'user:1', credential: '', body: {} };
      await database.db.transaction((tx) => record(tx, { ...entry, personal: { address } }));
    };
    await write('repo:read', '2001:db8::aaaa:1');
    await write('session:begun', countedAddress('2001:db8::aaaa:1'));
    await write('repo:neighbour', '2001:db8::bbbb:1');
    await write('repo:elsewhere', '2001:db8:0:1::1');
    const search = new EntrySearch(database.db);
    const found = async (address: string): Promise<string[]> =>
      (await collect(search, { address }, 10)).map(({ subject }) => subject).toSorted();
    assert.deepEqual(await found('2001:db8::aaaa:1'), ['repo:read', 'session:begun']);
    assert.deepEqual(await found('2001:0DB8:0:0:0:0:AAAA:1'), ['repo:read', 'session:begun']);
    assert.deepEqual(await found('2001:db8::/64'), ['session:begun']);
    // What is erased does not come back: that of the others in the network stays.
    await new Erasure(database.db).erase(OPERATOR, { address: '2001:db8::aaaa:1' });
    assert.deepEqual(await found('2001:db8::aaaa:1'), ['session:begun']);
  },
);
