// Closes what this process inherited without being told of it. Whoever started us may have left something open, and what is
// open is inherited by every program that we start.
import { closeSync, readFileSync, readdirSync } from 'node:fs';

/** The kernel's O_CLOEXEC: it stays ours alone. */
const OURS_ALONE = 0o2_000_000;

/** Closes every descriptor above `last` that programs we start would inherit. Called first, before anything is opened. */
export function closeStrayDescriptors(last: number): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc/self/fd'))
    if (Number(name) > last && isInherited(name)) closeSync(Number(name));
}

function isInherited(name: string): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'latin1'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & OURS_ALONE) === 0;
  } catch {
    // It was the listing's own.
    return false;
  }
}
