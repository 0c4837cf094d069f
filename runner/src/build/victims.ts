// Which of the things that are kept have to go when they are too many: those that nobody used for longest. Pure.

/** Something that is kept. */
interface Kept {
  readonly name: string;
  readonly bytes: number;
  /** When it was used last, in milliseconds. */
  readonly usedAt: number;
  /** Something runs on it. */
  readonly isUsed: boolean;
}

/** The same, and how it goes. */
export interface Stored extends Kept {
  readonly drop: () => Promise<void>;
}

/** Those to be removed, so that the others take no more than this. What is used stays, whatever it takes. */
export function chooseVictims<Item extends Kept>(items: readonly Item[], budget: number): Item[] {
  let total = items.reduce((sum, { bytes }) => sum + bytes, 0);
  const oldest = items.filter(({ isUsed }) => !isUsed).sort((one, other) => one.usedAt - other.usedAt);
  const victims: Item[] = [];
  for (const item of oldest) {
    if (total <= budget) break;
    victims.push(item);
    total -= item.bytes;
  }
  return victims;
}
