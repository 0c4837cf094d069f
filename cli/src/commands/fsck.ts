// `./holdfast fsck`: what is wrong with everything that is stored, told while it is found.
import { streamAdmin } from '../admin-client.ts';
import { FsckEvent } from '../answers.ts';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { cutOff } from '../faults.ts';
import { plainText } from '../print.ts';

interface Tally {
  looked: number;
  damage: number;
  notes: number;
}

/** Looks through everything. Its exit code is 1 when something is damaged. */
export const fsck: Command = {
  name: 'fsck',
  doc: 'Look through everything that is stored, and tell what is wrong (--deep reads all bytes again)',
  words: [],
  flags: { deep: { doc: 'Read all bytes again and hash them: as long as it takes to read the whole store' } },
  run: async (call) => {
    const tally: Tally = { looked: 0, damage: 0, notes: 0 };
    const query = { deep: String(call.flags['deep'] === true) };
    let isWhole = false;
    for await (const line of streamAdmin(call, { method: 'GET', path: ['fsck'], query })) {
      const event = FsckEvent.parse(line);
      if (event.event === 'end') isWhole = true;
      else if (event.event !== 'waiting') tell(event, { tally, json: call.json });
    }
    if (!isWhole) throw cutOff();
    const { looked, damage, notes } = tally;
    if (call.json) process.stdout.write(`${JSON.stringify({ event: 'end', looked, damage, notes })}\n`);
    else process.stdout.write(`Looked at ${looked} things: ${damage} damaged, ${notes} to note\n`);
    return damage > 0 ? EXIT.failed : EXIT.done;
  },
};

function tell(
  event: Exclude<FsckEvent, { event: 'end' | 'waiting' }>,
  { tally, json }: { readonly tally: Tally; readonly json: boolean },
): void {
  if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
  if (event.event === 'looking') {
    if (process.stderr.isTTY && !json) process.stderr.write(`  ${plainText(event.at)}: ${event.count} …\n`);
    return;
  }
  if (event.event === 'looked') {
    tally.looked += event.count;
    if (!json) process.stdout.write(`looked at  ${plainText(event.at)}: ${event.count}\n`);
    return;
  }
  const isDamage = event.severity === 'damage';
  if (isDamage) tally.damage += 1;
  else tally.notes += 1;
  if (json) return;
  const { where, what, remedy } = event;
  process.stdout.write(
    `${isDamage ? 'DAMAGED  ' : 'note     '}  ${plainText(where)}: ${plainText(what)}\n           what to do: ${remedy}\n`,
  );
}
