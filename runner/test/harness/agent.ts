// Stands where the runner stands, and does there what a test asks for by name.
import { openInheritedChannel } from '@holdfast/platform/channel';
import { closeStrayDescriptors } from '@holdfast/platform/stray-descriptors';
import { CONTRACT } from './contract.ts';
import { openPlace } from './place.ts';
import { type AgentStart } from './machine.ts';

closeStrayDescriptors(3);
const channel = openInheritedChannel();
const place = await openPlace((await channel.next()) as AgentStart);
for (;;) {
  const wish = (await channel.next()) as { readonly run?: string } | undefined;
  if (wish?.run === undefined) break;
  try {
    const value = await CONTRACT[wish.run]?.(place);
    channel.send({ value: value ?? null });
  } catch (error) {
    channel.send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
await channel[Symbol.asyncDispose]();
