// Files for tests of views, and a source that counts what is read of them.
import { type Source } from './source.ts';

/** Bytes as a source, and the ranges that were read of them. */
export function sourceOf(
  content: string | Uint8Array,
): Source & { readonly read: Source['read']; readonly ranges: number[][] } {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const ranges: number[][] = [];
  return {
    ranges,
    size: bytes.length,
    read: (start, end) => {
      ranges.push([start, end]);
      return Promise.resolve(Uint8Array.from(bytes.subarray(start, end)));
    },
  };
}

/** A safetensors file with this header, and room for weights behind it. */
export function safetensorsOf(header: string, weights = 1_000_000): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + weights);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

/** Writes the parts of a GGUF file: texts with their length, and numbers. */
export function ggufOf(
  parts: readonly (string | readonly [bits: 32 | 64, value: number])[],
  weights = 1_000,
): Uint8Array {
  const pieces = parts.map((part) => {
    if (typeof part === 'string') {
      const text = Buffer.from(part);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(text.length));
      return Buffer.concat([length, text]);
    }
    const number = Buffer.alloc(part[0] / 8);
    if (part[0] === 32) number.writeUInt32LE(part[1]);
    else number.writeBigUInt64LE(BigInt(part[1]));
    return number;
  });
  return Uint8Array.from(Buffer.concat([Buffer.from('GGUF'), ...pieces, Buffer.alloc(weights)]));
}

/** A small model: a name, a list of words, two tensors. */
export const GGUF_PARTS: Parameters<typeof ggufOf>[0] = [
  ...([
    [32, 3],
    [64, 2],
    [64, 2],
  ] as const),
  ...(['general.name', [32, 8], 'Tiny'] as const),
  ...(['tokenizer.ggml.tokens', [32, 9], [32, 8], [64, 3], 'a', '<script>', 'c'] as const),
  ...(['token_embd.weight', [32, 2], [64, 64], [64, 32], [32, 1], [64, 0]] as const),
  ...(['output.weight', [32, 1], [64, 10], [32, 12], [64, 4096]] as const),
];

/** Three rows of text, number, time and list, of which each has a null; written by pyarrow 26 with Zstandard. */
export const PARQUET = Buffer.from(
  'UEFSMRUEFSwVPkwVBBUAEgAAKLUv/SAWsQAABAAAAGdvb2QKAAAAPGI+YmFkPC9iPhUAFRIVJCwVBhUQFQYVBhwAAAAotS/9IAlJ' +
    'AAACAAAAAwMBAwIVBBUYFSpMFQYVABIAACi1L/0gDGEAAAUAAAABAAAAAwAAABUAFRQVJiwVBhUQFQYVBhwAAAAotS/9IApRAAAC' +
    'AAAABgECAyQAFQQVIBUyTBUEFQASAAAotS/9IBCBAAAAAAAAAAAAAABcJgUAAAAAFQAVEhUkLBUGFRAVBhUGHAAAACi1L/0gCUkA' +
    'AAIAAAADAwEDAhUEFRQVJkwVBBUAEgAAKLUv/SAKUQAAAQAAAGEBAAAAYhUAFSAVMiwVCBUQFQYVBhwAAAAotS/9IBCBAAACAAAA' +
    'AwIDAAAAAx8AAQMCFQQZfDUAGAZzY2hlbWEVCAAVDCUCGAR0ZXh0JQBMHAAAABUCJQIYBXN0YXJzABUEJQIYAmF0JRJMjBIcHAAA' +
    'AAAANQIYBHRhZ3MVAhUGTDwAAAA1BBgEbGlzdBUCABUMJQIYB2VsZW1lbnQlAEwcAAAAFgYZHBlMJgAcFQwZNQAGEBkYBHRleHQV' +
    'DBYGFoABFqQBJmImCCksFQQVABUCABUAFRAVAgA8FhwZBhkmAgQAAAAmABwVAhk1AAYQGRgFc3RhcnMVDBYGFm4WkgEm8gEmrAEp' +
    'LBUEFQAVAgAVABUQFQIAPCkGGSYABgAAACYAHBUEGTUABhAZGAJhdBUMFgYWdBaYASaMAya+AiksFQQVABUCABUAFRAVAgA8KQYZ' +
    'JgIEAAAAJgAcFQwZNQAGEBk4BHRhZ3MEbGlzdAdlbGVtZW50FQwWCBZ2FpoBJpgEJtYDKSwVBBUAFQIAFQAVEBUCADwWBBkmBgIZ' +
    'RgICAAQAAAAW2AMWBiYIFugEACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZTBwAABwAABwAABwAAACvAQAAUEFS' +
    'MQ==',
  'base64',
);
