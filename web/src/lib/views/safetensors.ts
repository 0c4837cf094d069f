// The header of a safetensors file: eight bytes that say how long it is, and JSON. The weights are not read.
import { Unreadable, valueText, type Fact } from './sheet.ts';
import { type Source } from './source.ts';
import { type Tensor, type WeightsHeader } from './tensors.ts';

/** The longest header that is read; the largest models in many parts stay far below it. */
const LONGEST = 24 * 1024 * 1024;

/** Reads the header. Throws `Unreadable`, and whatever JSON that is none brings. */
export async function readSafetensors(source: Source): Promise<WeightsHeader> {
  if (source.size < 8) throw new Unreadable('broken');
  const start = await source.read(0, 8);
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (length > source.size - 8) throw new Unreadable('broken');
  if (length > LONGEST) throw new Unreadable('too-large');
  const header: unknown = JSON.parse(new TextDecoder().decode(await source.read(8, 8 + length)));
  if (typeof header !== 'object' || header === null) throw new Unreadable('broken');
  const { __metadata__: metadata, ...tensors } = header as Record<string, unknown>;
  return { facts: factsOf(metadata), tensors: Object.entries(tensors).map(tensorOf) };
}

function factsOf(metadata: unknown): Fact[] {
  if (typeof metadata !== 'object' || metadata === null) return [];
  return Object.entries(metadata).map(([name, value]): Fact => [name, valueText(value)]);
}

function tensorOf([name, value]: [string, unknown]): Tensor {
  const { dtype, shape } = (value ?? {}) as { readonly dtype?: unknown; readonly shape?: unknown };
  if (typeof dtype !== 'string' || !Array.isArray(shape)) throw new Unreadable('broken');
  if (!shape.every((one): one is number => Number.isSafeInteger(one) && one >= 0))
    throw new Unreadable('broken');
  return { name, type: dtype, shape };
}
