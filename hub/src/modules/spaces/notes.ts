// How what is wrong with a README is noted: as many of one kind as a person reads. Pure.

/** Takes note of what is wrong with a key. */
export type Wrong = (key: string, text: string, fatal?: boolean) => void;

/** One thing to note that keeps nothing from running. */
export interface Note {
  readonly key: string;
  readonly text: string;
}

/** A README may have any number. */
const MOST_NOTED = 20;

/** Notes the first, and how many more there are. */
export function noteSome(
  all: readonly Note[],
  { wrong, rest }: { readonly wrong: Wrong; readonly rest: (count: number) => string },
): void {
  for (const { key, text } of all.slice(0, MOST_NOTED)) wrong(key, text);
  const next = all[MOST_NOTED];
  if (next !== undefined) wrong(next.key, rest(all.length - MOST_NOTED));
}

/** A name as somebody wrote it, in quotes, and not longer than a person reads. */
export function shown(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
