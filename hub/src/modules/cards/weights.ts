// Reads how many parameters a model has from the head of its safetensors files: eight bytes of length, then JSON.
// Nothing behind the head is looked at. The bounds here are all that a file from a stranger can cost.
import { type Buffer } from 'node:buffer';
import { type Json } from '@holdfast/kernel/canonical-json';
import { fieldOf, isList, isMapping } from './fields.ts';

/** Bytes of the length before the head. */
export const HEAD_LENGTH_BYTES = 8;
/** The longest head that is read, in bytes: that of a model with some ten thousand tensors. */
export const MAX_HEAD_BYTES = 1024 * 1024;
/** Most files of one model. */
export const MAX_WEIGHT_FILES = 512;
const MAX_DIMENSIONS = 16;

/** Parameters by their data type, and all of them. */
export interface Weights {
  readonly parameters: Readonly<Record<string, number>>;
  readonly total: number;
}

/**
 * The files that hold the weights of a model, of the names at its root: the whole model, else all of its parts, else
 * the only safetensors file. None where that is not plain, because a sum of copies would be a wrong number.
 */
export function weightFiles(names: readonly string[]): readonly string[] {
  const files = names.filter((name) => name.endsWith('.safetensors'));
  if (files.includes('model.safetensors')) return ['model.safetensors'];
  const parts = files.filter((name) => PART.test(name));
  const [, count = ''] = PART.exec(parts[0] ?? '') ?? [];
  if (parts.length > 0)
    return parts.length === Number(count) && parts.length <= MAX_WEIGHT_FILES ? parts : [];
  return files.length === 1 ? files : [];
}

const PART = /^model-\d{5}-of-(\d{5})\.safetensors$/;

/** The length of the head in bytes, from the first bytes of a file; `undefined` where it is none that is read. */
export function headLength(bytes: Buffer): number | undefined {
  const length = bytes.readBigUInt64LE();
  return length > 1n && length <= BigInt(MAX_HEAD_BYTES) ? Number(length) : undefined;
}

/** What the head of a file says. `undefined` where it is not what the format demands. Never throws. */
export function parseHead(bytes: Buffer): Weights | undefined {
  const head = parseJson(bytes);
  if (!isMapping(head)) return undefined;
  const counts = new Map<string, number>();
  for (const name of Object.keys(head)) {
    if (name === '__metadata__') continue;
    const tensor = head[name];
    const dtype = isMapping(tensor) ? fieldOf(tensor, 'dtype') : undefined;
    const size = isMapping(tensor) ? sizeOf(fieldOf(tensor, 'shape')) : undefined;
    if (typeof dtype !== 'string' || !/^[A-Z][A-Z0-9_]{0,15}$/.test(dtype) || size === undefined)
      return undefined;
    counts.set(dtype, (counts.get(dtype) ?? 0) + size);
  }
  return weightsOf(counts);
}

/** The parameters of several files together. */
export function addWeights(all: readonly Weights[]): Weights | undefined {
  const counts = new Map<string, number>();
  for (const { parameters } of all)
    for (const [dtype, count] of Object.entries(parameters))
      counts.set(dtype, (counts.get(dtype) ?? 0) + count);
  return weightsOf(counts);
}

function weightsOf(counts: ReadonlyMap<string, number>): Weights | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return total > 0 && Number.isSafeInteger(total)
    ? { parameters: Object.fromEntries(counts), total }
    : undefined;
}

function sizeOf(shape: Json | undefined): number | undefined {
  if (!isList(shape) || shape.length > MAX_DIMENSIONS) return undefined;
  let size = 1;
  for (const side of shape) {
    if (typeof side !== 'number' || !Number.isSafeInteger(side) || side < 0) return undefined;
    size *= side;
  }
  return Number.isSafeInteger(size) ? size : undefined;
}

function parseJson(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}
