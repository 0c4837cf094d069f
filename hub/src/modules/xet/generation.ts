// Numbers of generations. Pure.

const BEGINNING = Date.parse('2025-01-01T00:00:00Z');

/**
 * The least number of a generation that begins at this time: its second. One more than the last would not do: a restored
 * database knows not which numbers were used after the backup, and clients would find again what they remember of one.
 */
export function generationAt(now: Date): number {
  return Math.max(2, Math.floor((now.getTime() - BEGINNING) / 1000));
}
