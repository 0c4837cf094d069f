// Roots of an hour each, from which the hub derives the keys of what is good for a short while alone. They are dealt to it from outside:
// who took a hub over, or read its memory, signs with what was there, and with nothing once its hours are over.
import { hkdfSync } from 'node:crypto';
import { Secret } from '@holdfast/kernel/secret';
import { z } from 'zod';

/** What a hub is dealt: the roots of the hours in reach, newest first, as base64, and which of them it signs with. */
export const DealtHours = z.strictObject({
  roots: z.array(z.base64()).min(1),
  current: z.int().min(0),
});
export type DealtHours = z.infer<typeof DealtHours>;

/** The frame that brings a running hub the next ones. */
export const HoursDealt = z.strictObject({ type: z.literal('hours'), hours: DealtHours });

const HOUR_MS = 3_600_000;

/** Hours whose signatures are believed, beside the present one: as long as the longest-lived thing that is signed so. */
const HOURS_BACK = 24;

/** How long before its hour the next root is dealt, in milliseconds: hubs whose clocks differ by less understand each other. */
const AHEAD_MS = 2 * 60_000;

/** What is dealt at an instant. Everybody who has the root deals the same, so hubs that share a database understand each other. */
export function dealHours(root: Secret<Buffer>, now: number): DealtHours {
  const hour = Math.floor(now / HOUR_MS);
  const newest = Math.floor((now + AHEAD_MS) / HOUR_MS);
  const bytes = root.reveal('to derive the roots of hours');
  const rootOf = (n: number): string =>
    Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), `holdfast/hour/${n}/v1`, 32)).toString('base64');
  const hours = Array.from({ length: newest - hour + 1 + HOURS_BACK }, (_, back) => newest - back);
  return { roots: hours.map(rootOf), current: newest - hour };
}

/** The roots that a hub holds now. */
export class HourRoots {
  #held = new Map<string, Secret<Buffer>>();
  #current = 0;

  constructor(dealt: DealtHours) {
    this.take(dealt);
  }

  /** Holds these in place of what was held; an hour that went out of reach is forgotten. */
  take({ roots, current }: DealtHours): void {
    // The same object for the same root: keys that were derived from it stay.
    this.#held = new Map(
      roots.map((root) => [root, this.#held.get(root) ?? new Secret(Buffer.from(root, 'base64'))]),
    );
    this.#current = current;
  }

  /** What is signed with. */
  get current(): Secret<Buffer> {
    const root = [...this.#held.values()][this.#current];
    if (root === undefined) throw new Error('the present hour was not dealt');
    return root;
  }

  /** What is believed for something that was signed at most so many hours ago: the present hour's first. */
  within(hours: number): readonly Secret<Buffer>[] {
    const held = [...this.#held.values()];
    return [...held.slice(this.#current, this.#current + 1 + hours), ...held.slice(0, this.#current)];
  }
}
