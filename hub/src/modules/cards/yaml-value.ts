// Turns parsed YAML nodes into JSON. Aliases are followed within limits on count and on the size of what they unfold
// to, so that nine lines cannot become a billion values when somebody writes them down.
import { isAlias, isMap, isScalar, type ParsedNode, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Json } from '@holdfast/kernel/canonical-json';

/** Aliases of one text. */
export const MAX_ALIASES = 1000;
/** Units of text that all values may have, counted again each time an alias repeats them. */
const MAX_UNFOLDED = 2 * 1024 * 1024;

/** Why YAML is not accepted, and where. */
export class YamlRefusal extends Error {
  override readonly name = 'YamlRefusal';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A value with what it costs to write it down and how deep it is. */
interface Weighed {
  readonly value: Json;
  readonly size: number;
  readonly depth: number;
  /** A number as its author wrote it. */
  readonly written?: string;
}

/** How nodes are read. */
interface Reading {
  readonly maxDepth: number;
  /** Keys of the outermost mapping whose numbers are kept as they were written: the version 5.10 is not the number 5.1. */
  readonly asWritten: ReadonlySet<string>;
}

/** The node as JSON. Throws a `YamlRefusal`. */
export function toJson(node: ParsedNode, reading: Reading): Json {
  return new Converter(reading).convert(node, 0).value;
}

class Converter {
  readonly #anchors = new Map<string, Weighed>();
  readonly #maxDepth: number;
  readonly #asWritten: ReadonlySet<string>;
  #aliases = 0;
  #total = 0;

  constructor({ maxDepth, asWritten }: Reading) {
    this.#maxDepth = maxDepth;
    this.#asWritten = asWritten;
  }

  convert(node: ParsedNode, level: number): Weighed {
    if (isAlias(node)) return this.#follow(node.source, node.range[0], level);
    const before = this.#total;
    this.#spend(8, node.range[0]);
    const read = this.#read(node, level);
    const weighed = { ...read, size: this.#total - before };
    if (level + read.depth > this.#maxDepth)
      throw new YamlRefusal('the metadata is nested too deeply', node.range[0]);
    // Known from here on: an alias inside its own anchor finds nothing.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, weighed);
    return weighed;
  }

  #read(node: Scalar.Parsed | YAMLMap.Parsed | YAMLSeq.Parsed, level: number): Omit<Weighed, 'size'> {
    if (isScalar(node)) {
      const value = this.#scalar(node);
      return { value, depth: 0, ...(typeof value === 'number' && { written: String(node.source) }) };
    }
    if (isMap(node)) return this.#map(node, level);
    const values: Json[] = [];
    let depth = 0;
    for (const item of node.items) {
      const weighed = this.convert(item, level + 1);
      values.push(weighed.value);
      depth = Math.max(depth, weighed.depth);
    }
    return { value: values, depth: depth + 1 };
  }

  #map(node: YAMLMap.Parsed, level: number): Omit<Weighed, 'size'> {
    const values: Record<string, Json> = {};
    let depth = 0;
    for (const { key, value } of node.items) {
      const name = this.#key(key);
      // YAML forbids it, and two readers would disagree about which one counts.
      if (Object.hasOwn(values, name))
        throw new YamlRefusal(`the key ${JSON.stringify(name.slice(0, 80))} is there twice`, key.range[0]);
      const weighed: Omit<Weighed, 'size'> =
        value === null ? { value: null, depth: 0 } : this.convert(value, level + 1);
      const { written } = level === 0 && this.#asWritten.has(name) ? weighed : {};
      values[name] = written ?? weighed.value;
      depth = Math.max(depth, weighed.depth);
    }
    return { value: values, depth: depth + 1 };
  }

  #key(node: ParsedNode): string {
    const { value } = this.convert(node, 0);
    if (typeof value === 'object' && value !== null)
      throw new YamlRefusal('a list or mapping cannot be a key', node.range[0]);
    const name = String(value);
    // Copied with `Object.assign`, it would change what the copy inherits.
    if (name === '__proto__') throw new YamlRefusal('the key "__proto__" is not allowed', node.range[0]);
    return name;
  }

  #scalar(node: Scalar.Parsed): Json {
    const { value, source } = node as { value: unknown; source: string };
    if (typeof value === 'string') {
      this.#spend(value.length, node.range[0]);
      // PostgreSQL has no NUL in text, and UTF-8 no half of a surrogate pair; YAML escapes can write both.
      return value.toWellFormed().replaceAll('\0', '\ufffd');
    }
    if (typeof value === 'number') return Number.isFinite(value) ? value : source;
    return typeof value === 'boolean' ? value : null;
  }

  #follow(anchor: string, offset: number, level: number): Weighed {
    this.#aliases += 1;
    if (this.#aliases > MAX_ALIASES) throw new YamlRefusal('there are too many aliases', offset);
    const weighed = this.#anchors.get(anchor);
    if (weighed === undefined) throw new YamlRefusal('an alias refers to nothing before it', offset);
    this.#spend(weighed.size, offset);
    if (level + weighed.depth > this.#maxDepth)
      throw new YamlRefusal('the metadata is nested too deeply', offset);
    return weighed;
  }

  #spend(size: number, offset: number): void {
    this.#total += size;
    if (this.#total > MAX_UNFOLDED) throw new YamlRefusal('the aliases unfold to too much', offset);
  }
}
