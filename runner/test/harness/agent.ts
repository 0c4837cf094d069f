// Stands where the runner stands, and does there what a test asks for by name.
import { once } from 'node:events';
import { openInheritedChannel } from '@holdfast/platform/channel';
import { closeStrayDescriptors } from '@holdfast/platform/stray-descriptors';
import { CONTRACT } from './contract.ts';
import { lookAround } from '../look-around/look.ts';
import { letBombsGoOff } from '../look-around/neighbourhood.ts';
import { type KnownProcess, findProcess, listBelow } from '../../src/sandbox/known-process.ts';
import { type Place, openPlace, specOf } from './place.ts';
import { variablesStayInside } from './variables.ts';
import { type AgentStart } from './machine.ts';

/** All that can be asked for. */
const PARTS: Readonly<Record<string, (place: Place) => Promise<unknown>>> = {
  ...CONTRACT,
  'look around in a run': (place) => lookAround(place, 'run'),
  'variables stay inside': variablesStayInside,
  'let bombs go off': (place) => letBombsGoOff(place, { cpus: 0.5, alone: 1_000, beside: 3_000 }),
  // As much as a Space has by default, for `bench`: a machine that runs tests has none to spare.
  'let bombs of whole Spaces go off': (place) =>
    letBombsGoOff(place, { cpus: 2, alone: 3_000, beside: 8_000 }),
  'look around in a build': (place) => lookAround(place, 'build'),
  'have one run': haveOneRun,
};

/** What runs of a sandbox, and of what made it. */
async function haveOneRun(place: Place): Promise<readonly KnownProcess[]> {
  const script = 'import os, time\nos.fork(); print("ready", flush=True); time.sleep(600)';
  const spec = specOf(place, { command: ['/usr/bin/python3', '-I', '-c', script] });
  const sandbox = await place.runtime.openSandbox(spec);
  await once(sandbox.output.stdout, 'data');
  const below = listBelow(process.pid).filter((pid) => pid !== process.pid);
  return below.map((pid) => findProcess(pid)).filter((found) => found !== undefined);
}

closeStrayDescriptors(3);
const channel = openInheritedChannel();
const place = await openPlace((await channel.next()) as AgentStart);
for (;;) {
  const wish = (await channel.next()) as { readonly run?: string } | undefined;
  if (wish?.run === undefined) break;
  try {
    const value = await PARTS[wish.run]?.(place);
    channel.send({ value: value ?? null });
  } catch (error) {
    channel.send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
await channel[Symbol.asyncDispose]();
