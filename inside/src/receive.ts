// Receives the secrets of a Space that has some. Loaded only then: what opens them and masks a log is nearly half of what this
// program loads, and an app does not start before it has.
import { writeSync } from 'node:fs';
import type { Channel } from './channel.ts';
import type { InsideStart } from './frames.ts';
import { partsOfValues } from './mask.ts';
import { maskOutput, type Carry } from './masked-output.ts';
import { makePair, openBox, placeSecrets, type Variables } from './secrets.ts';
import { isTooShort } from './written-forms.ts';

const STANDARD_ERROR = 2;

/** What the app finds of its secrets in its environment, and how its output is carried without them. */
export interface Received {
  readonly variables: Variables;
  /** `null` where it has none that could stand in its output. */
  readonly carry: Carry | null;
}

/** Receives them. Throws when the box is not for this run, and when the runner goes meanwhile. */
export async function receive(
  from: NonNullable<InsideStart['secrets']>,
  channel: Channel,
): Promise<Received> {
  const pair = makePair();
  channel.send({ type: 'key', key: pair.publicKey });
  // It loads while the vault seals.
  const trusting = import('./trust-door.ts');
  const frame = await Promise.race([channel.secrets, channel.closed]);
  if (frame === undefined) throw new Error('the runner is gone');
  const opened = openBox(pair, { ...from, box: frame.box });
  const { variables, brokered, values } = placeSecrets(opened);
  for (const [name, value] of values)
    if (isTooShort(value))
      writeSync(STANDARD_ERROR, `holdfast: the secret ${name} is too short to be masked in this log\n`);
  const masked = partsOfValues([...values.values()]);
  opened.fill(0);
  const { trustDoor } = await trusting;
  channel.send({ type: 'opened' });
  const trusted = brokered ? trustDoor(frame.certificate) : {};
  return {
    variables: { ...variables, ...trusted },
    carry: masked.length === 0 ? null : (output, fd) => maskOutput(output, fd, masked),
  };
}
