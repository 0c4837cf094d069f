// Keys of a hub for tests of what signs by them.
import { Secret } from '@holdfast/kernel/secret';
import { dealHours, HourRoots } from '@holdfast/platform/hour-keys';
import { Keys } from '@holdfast/platform/keys';

/** The keys that grow from one byte, in the hour of 1970 in which time began. */
export function keysOf(byte: number): Keys {
  const root = new Secret(Buffer.alloc(32, byte));
  return new Keys(root, new HourRoots(dealHours(root, 0)));
}
