// The header of a GGUF file: facts about the model, then its tensors. The weights are not read. As much of the beginning is
// fetched as the header turns out to have.
import { GgufCursor, Short, type GgufValue } from './gguf-cursor.ts';
import { Unreadable, valueText, type Fact } from './sheet.ts';
import { type Source } from './source.ts';
import { type Tensor, type WeightsHeader } from './tensors.ts';

const FIRST = 1024 * 1024;
/** The longest header that is read: words of a tokenizer make most of it. */
const LONGEST = 40 * 1024 * 1024;

/** Reads the header. Throws `Unreadable`. */
export async function readGguf(source: Source): Promise<WeightsHeader> {
  let bytes = await source.read(0, Math.min(source.size, FIRST));
  for (;;)
    try {
      return headerOf(new GgufCursor(bytes));
    } catch (error) {
      if (!(error instanceof Short) || bytes.length >= source.size) throw new Unreadable('broken');
      if (bytes.length >= LONGEST) throw new Unreadable('too-large');
      bytes = await longer(source, bytes);
    }
}

async function longer(source: Source, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const end = Math.min(source.size, bytes.length * 2, LONGEST);
  const grown = new Uint8Array(end);
  grown.set(bytes);
  grown.set(await source.read(bytes.length, end), bytes.length);
  return grown;
}

/** The header that the bytes begin with. Throws `Short` where it goes on behind them. */
function headerOf(cursor: GgufCursor): WeightsHeader {
  if (cursor.text(4) !== 'GGUF') throw new Unreadable('broken');
  const version = cursor.u32();
  if (version < 2 || version > 3) throw new Unreadable('broken');
  const [tensors, facts] = [cursor.count(), cursor.count()];
  return {
    facts: [['format', `GGUF ${version}`], ...Array.from(times(facts), () => factOf(cursor))],
    tensors: Array.from(times(tensors), () => tensorOf(cursor)),
  };
}

// Not an array of that length: the number is whatever the file says, and it ends where the bytes do.
function* times(count: number): Generator<number> {
  for (let index = 0; index < count; index += 1) yield index;
}

function factOf(cursor: GgufCursor): Fact {
  const name = cursor.string();
  return [name, shown(cursor.value(cursor.u32()))];
}

function shown(value: GgufValue): string {
  if (typeof value !== 'object') return valueText(value);
  return `${valueText(value.first.map(shown))} (${value.length})`;
}

/** How the numbers of a tensor are kept, by the number that stands for it (ggml's own list). */
const TYPES: Readonly<Record<number, string>> = {
  ...{ 0: 'F32', 1: 'F16', 2: 'Q4_0', 3: 'Q4_1', 6: 'Q5_0', 7: 'Q5_1', 8: 'Q8_0', 9: 'Q8_1', 10: 'Q2_K' },
  ...{ 11: 'Q3_K', 12: 'Q4_K', 13: 'Q5_K', 14: 'Q6_K', 15: 'Q8_K', 16: 'IQ2_XXS', 17: 'IQ2_XS' },
  ...{
    18: 'IQ3_XXS',
    19: 'IQ1_S',
    20: 'IQ4_NL',
    21: 'IQ3_S',
    22: 'IQ2_S',
    23: 'IQ4_XS',
    24: 'I8',
    25: 'I16',
  },
  ...{ 26: 'I32', 27: 'I64', 28: 'F64', 29: 'IQ1_M', 30: 'BF16', 34: 'TQ1_0', 35: 'TQ2_0', 39: 'MXFP4' },
};

function tensorOf(cursor: GgufCursor): Tensor {
  const name = cursor.string();
  const dimensions = cursor.u32();
  if (dimensions > 8) throw new Unreadable('broken');
  const shape = Array.from({ length: dimensions }, () => cursor.count());
  const type = cursor.u32();
  // Where its weights lie.
  cursor.count();
  return { name, type: TYPES[type] ?? `type ${type}`, shape };
}
