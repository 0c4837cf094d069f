// YAML 1.2 (core schema) from strangers, as JSON. The parser is fed piece by piece and stopped at the first error, at
// too many pieces and at too much nesting; left alone it spends seconds on half a megabyte made for the purpose.
import { Composer, Lexer, Parser, type CST, type Document } from 'yaml';
import type { Json } from '@holdfast/kernel/canonical-json';
import { countLines } from './front-matter.ts';
import { toJson, YamlRefusal } from './yaml-value.ts';

/** Units of YAML text that are read. */
export const MAX_YAML_LENGTH = 512 * 1024;
/** Pieces (indicators, scalars, spaces, line breaks) of one text: some 20,000 ordinary lines. */
const MAX_PIECES = 150_000;
/** How deep values may nest. */
export const MAX_DEPTH = 32;

/** The value of a text, or why it has none. */
export type YamlResult =
  { readonly value: Json; readonly error?: undefined } | { readonly error: string; readonly line: number };

/**
 * Reads one YAML document. A number is given as its author wrote it where its key, of the outermost mapping, is among
 * `asWritten`. Never throws.
 */
export function parseYaml(text: string, asWritten: ReadonlySet<string> = new Set()): YamlResult {
  try {
    if (text.length > MAX_YAML_LENGTH)
      throw new YamlRefusal(`the metadata is over ${MAX_YAML_LENGTH / 1024} KiB`, 0);
    const document = compose(text);
    const { contents } = document;
    return { value: contents === null ? null : toJson(contents, { maxDepth: MAX_DEPTH, asWritten }) };
  } catch (error) {
    if (!(error instanceof YamlRefusal)) throw error;
    return { error: error.message, line: countLines(text, error.offset) + 1 };
  }
}

function compose(text: string): Document.Parsed {
  const composer = new Composer({
    schema: 'core',
    version: '1.2',
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
    strict: true,
  });
  let refusal: YamlRefusal | undefined;
  const refuse = (place: Place, _code: string, message: string): never => {
    // The first refusal counts: the composer reports what is thrown here once more.
    refusal ??= new YamlRefusal(message, offsetOf(place));
    throw refusal;
  };
  // By default errors are collected without limit, each with a stack trace: 15 s for 512 KiB of `[][][]…`.
  Reflect.set(composer, 'onError', refuse);
  try {
    const documents = [...composer.compose(tokens(text), true, text.length)];
    const [document, second] = documents;
    if (document === undefined || second !== undefined || document.errors.length > 0) {
      throw new YamlRefusal('the metadata is not one YAML document', 0);
    }
    return document;
  } catch (error) {
    throw refusal ?? error;
  }
}

function* tokens(text: string): Generator<CST.Token> {
  const parser = new Parser();
  let pieces = 0;
  for (const piece of new Lexer().lex(text)) {
    pieces += 1;
    if (pieces > MAX_PIECES) throw new YamlRefusal('the metadata has too many parts', parser.offset);
    // The document and the scalar being read are on the stack as well. Stops `[[[[…` before anything recurses into it.
    if (parser.stack.length > MAX_DEPTH + 2)
      throw new YamlRefusal('the metadata is nested too deeply', parser.offset);
    for (const token of parser.next(piece)) {
      if (token.type === 'error') throw new YamlRefusal(token.message, token.offset);
      yield token;
    }
  }
  yield* parser.end();
}

/** Where the composer places an error: an offset, a range, or a token. */
type Place = number | readonly number[] | { readonly offset: number };

function offsetOf(place: Place): number {
  if (typeof place === 'number') return place;
  return 'offset' in place ? place.offset : Number(place[0]);
}
