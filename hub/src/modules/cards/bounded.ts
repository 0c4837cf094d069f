// What is kept of a card. Lists show a thousand cards and caches hold as many as they can, so that one README of aliases
// must not become megabytes in each of them.
import { Buffer } from 'node:buffer';
import { KiB } from '@holdfast/kernel/size';
import type { Metadata } from './model.ts';

/** Bytes of JSON that are kept of the metadata of a card. */
export const MAX_METADATA_BYTES = 64 * KiB;

/** The metadata as far as it is kept, and the keys of the rest. */
export interface Bounded {
  readonly metadata: Metadata;
  readonly left: readonly string[];
}

/**
 * Leaves out the largest values until the rest fits: what lists and Spaces go by is short, and what is long (the shape of
 * a dataset, results of a model) is read from the README itself.
 */
export function boundMetadata(metadata: Metadata): Bounded {
  const sizes = Object.entries(metadata).map(([key, value]) => ({
    key,
    size: bytesOf(key) + bytesOf(value) + 2,
  }));
  let sum = 2;
  const left = new Set<string>();
  for (const { key, size } of sizes.toSorted((a, b) => a.size - b.size)) {
    sum += size;
    if (sum > MAX_METADATA_BYTES) left.add(key);
  }
  if (left.size === 0) return { metadata, left: [] };
  return {
    metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !left.has(key))),
    left: [...left],
  };
}

function bytesOf(value: Metadata[string]): number {
  return Buffer.byteLength(JSON.stringify(value));
}
