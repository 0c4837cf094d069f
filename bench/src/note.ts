// What long benchmarks say while they work.
import { loadavg } from 'node:os';

/** Says what is being done, and how busy the machine is besides: figures of a crowded one say little. */
export function note(text: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} [load ${loadavg()[0]?.toFixed(1)}] ${text}`);
}
