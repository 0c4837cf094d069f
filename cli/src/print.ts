// How results look on standard output: a table for people, JSON for programs.

/** Rows under their headings, columns aligned. Control characters are shown as `?`: names must not steer a terminal. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(plainText));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...clean.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [headings, ...clean].map(line).join('\n');
}

/** A text whose control characters are shown as `?`. */
export function plainText(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

/** Writes one result: the value as JSON, or the text for people. */
export function printResult(json: boolean, value: unknown, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
}

/** Writes to standard output, no faster than it is read. */
export async function writeOut(text: string): Promise<void> {
  if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}
