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

function begin(): { handOver: HandOver; tickets: Tickets; run: Id; said: { type: string }[] } {
  const said: { type: string }[] = [];
  const channel = {
    send: (frame: object) => void said.push(frame as { type: string }),
    onFrame: () => undefined,
  };
  const vault = new VaultLink(channel, openLog('runner'));
  const tickets = new Tickets(() => undefined);
  const run = newId(new Date());
  const wish = { space: newId(new Date()), run, commit: 'c'.repeat(40) };
  const handOver = new HandOver({ vault, tickets }, wish, () => undefined);
  return { handOver, tickets, run, said };
}

void test('fetch() releases with the ticket of the hub', async () => {
  const { handOver, tickets, run, said } = begin();
  handOver.meetDoor(DOOR);
  void handOver.fetch('i'.repeat(44)).catch(() => undefined);
  tickets.hear({ type: 'ticket', run, entry: 'e'.repeat(64), why: null });
  await setImmediate();
  assert.deepEqual(said.at(-1)?.type, 'release');
  handOver[Symbol.dispose]();
});

void test('fetch() releases nothing to a run that ended while its ticket was waited for', async () => {
  const { handOver, tickets, run, said } = begin();
  handOver.meetDoor(DOOR);
  const fetched = handOver.fetch('i'.repeat(44));
  handOver[Symbol.dispose]();
  tickets.hear({ type: 'ticket', run, entry: 'e'.repeat(64), why: null });
  await assert.rejects(fetched, /ended before it had its secrets/);
  assert.deepEqual(
    said.map(({ type }) => type),
    ['hello', 'aborted'],
  );
});
