// What brings a run its secrets asks for none once the run is over, whatever is still under way.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { newId, type Id } from '@holdfast/kernel/id';
import { openLog } from '@holdfast/platform/log';
import { HandOver } from './hand-over.ts';
import { Tickets } from './tickets.ts';
import { VaultLink } from './vault-link.ts';

const DOOR = { key: 'k'.repeat(44), certificate: '' };

interface Begun {
  readonly handOver: HandOver;
  readonly tickets: Tickets;
  readonly run: Id;
  readonly said: { type: string }[];
  /** Says something to the runner in the vault's place. */
  readonly hear: (frame: unknown) => void;
}

function begin(): Begun {
  const said: { type: string }[] = [];
  let hear: (frame: unknown) => void = () => undefined;
  const channel = {
    send: (frame: object) => void said.push(frame as { type: string }),
    onFrame: (listener: typeof hear) => {
      hear = listener;
    },
  };
  const vault = new VaultLink(channel, openLog('runner'));
  const tickets = new Tickets(() => undefined);
  const run = newId(new Date());
  const wish = { space: newId(new Date()), run, commit: 'c'.repeat(40) };
  const handOver = new HandOver({ vault, tickets }, wish, () => undefined);
  return { handOver, tickets, run, said, hear };
}

const ticketOf = (run: Id) =>
  ({ type: 'ticket', run, entry: 'e'.repeat(64), proof: `${run}.${'p'.repeat(43)}`, why: null }) as const;

void test('proof is what came with the ticket, and null where there is none', async () => {
  const [given, refused] = [begin(), begin()];
  given.tickets.hear(ticketOf(given.run));
  refused.tickets.hear({ type: 'ticket', run: refused.run, entry: null, proof: null, why: 'no' });
  assert.deepEqual(
    [await given.handOver.proof, await refused.handOver.proof],
    [ticketOf(given.run).proof, null],
  );
  for (const { handOver } of [given, refused]) handOver[Symbol.dispose]();
});

void test('runs are those that asked for a ticket, until nothing of them is left', () => {
  const { handOver, tickets, run } = begin();
  assert.deepEqual(
    tickets.runs.map((one) => one.run),
    [run],
  );
  handOver[Symbol.dispose]();
  assert.deepEqual(tickets.runs, []);
});

void test('fetch() releases with the ticket of the hub', async () => {
  const { handOver, tickets, run, said } = begin();
  handOver.meetDoor(DOOR);
  void handOver.fetch('i'.repeat(44)).catch(() => undefined);
  tickets.hear(ticketOf(run));
  await setImmediate();
  assert.deepEqual(said.at(-1)?.type, 'release');
  handOver[Symbol.dispose]();
});

void test('fetch() releases nothing to a run that ended while its ticket was waited for', async () => {
  const { handOver, tickets, run, said } = begin();
  handOver.meetDoor(DOOR);
  const fetched = handOver.fetch('i'.repeat(44));
  handOver[Symbol.dispose]();
  tickets.hear(ticketOf(run));
  await assert.rejects(fetched, /ended before it had its secrets/);
  assert.deepEqual(
    said.map(({ type }) => type),
    ['hello', 'aborted'],
  );
});

void test('delivered() tells the vault once, after a release and before the end', async () => {
  const { handOver, tickets, run, said, hear } = begin();
  const count = (): number => said.filter(({ type }) => type === 'delivered').length;
  assert.equal(handOver.delivered(), false);
  handOver.meetDoor(DOOR);
  const fetched = handOver.fetch('i'.repeat(44));
  tickets.hear(ticketOf(run));
  await setImmediate();
  assert.equal(handOver.delivered(), false, 'nothing was released yet');
  hear({ type: 'released', run, inside: 'box' });
  assert.equal((await fetched).box, 'box');
  assert.equal(count(), 0);
  assert.equal(handOver.delivered(), true);
  for (let times = 0; times < 2_000; times += 1) assert.equal(handOver.delivered(), false);
  assert.equal(count(), 1);
  handOver[Symbol.dispose]();
  assert.equal(handOver.delivered(), false);
  assert.deepEqual(
    said.map(({ type }) => type),
    ['hello', 'release', 'delivered', 'ended'],
  );
});
