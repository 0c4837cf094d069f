// What a process knows of its own changes, whatever it was reading meanwhile.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Db, type Tx } from './database.ts';
import { Epochs } from './epochs.ts';

type Rows = readonly { readonly name: 'identity'; readonly n: number }[];

/** A database whose answers are given by hand. */
function openByHand() {
  const asked: PromiseWithResolvers<Rows>[] = [];
  const after: (() => unknown)[] = [];
  const execute = async (): Promise<Rows> => {
    const question = Promise.withResolvers<Rows>();
    asked.push(question);
    return await question.promise;
  };
  const update = { set: () => update, where: () => update, execute: () => Promise.resolve([]) };
  const tables = { selectFrom: () => ({ selectAll: () => ({ execute }) }), updateTable: () => update };
  const db = { withTables: () => tables, afterCommit: (work: () => unknown) => after.push(work) };
  return {
    ...{ asked, db: db as unknown as Db, tx: db as unknown as Tx },
    commit: () => after.splice(0).map((work) => work()),
    answer: (n: number) => asked.shift()?.resolve([{ name: 'identity', n }]),
  };
}

void test('a change of this process is known once it is committed, also where a read was under way that did not see it', async () => {
  const hand = openByHand();
  const epochs = new Epochs({ db: hand.db, clock: { now: () => new Date() } });
  let told = 0;
  epochs.onChange('identity', () => (told += 1));
  const first = epochs.read();
  hand.answer(1);
  await first;
  told = 0;
  const poll = epochs.read();
  await epochs.advance(hand.tx, 'identity');
  const known = Promise.all(hand.commit());
  // Of before the commit.
  hand.answer(1);
  await poll;
  assert.equal(told, 0);
  await new Promise(setImmediate);
  assert.equal(hand.asked.length, 1, 'it is asked once more');
  hand.answer(2);
  await known;
  assert.equal(told, 1);
});
