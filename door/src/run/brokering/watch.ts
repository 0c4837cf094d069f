// Looks at what passes between an app and a host: for placeholders on the way out, and for values on the way back. Seeing a value
// come back is detection and no protection (a host can write it in a form that nobody looks for): what was not yet passed on is
// held, the answer is cut, and the vault hears that this run now holds the value.
import type { Socket } from 'node:net';
import { tellApp } from '../answers.ts';
import { valuesOf, type AnswerHead } from '../http/head.ts';
import type { Watch } from '../http/policy.ts';
import { Scan, type Search } from './search.ts';

/** What a watch needs. */
export interface WatchDeps {
  readonly host: string;
  /** HEAD has an answer without a body, in whatever encoding. */
  readonly bodiless: boolean;
  readonly placeholders: Search;
  /** `undefined`: answers are not looked at. */
  readonly values: Search | undefined;
  /** An encoded answer is passed on although nothing is seen in it: AWS sends what is stored encoded so, whatever is asked for. */
  readonly mayBeEncoded: boolean;
  readonly misplaced: (version: string, where: string) => void;
  readonly echoed: (version: string) => void;
  readonly sent: (socket: Socket) => void;
}

const NOTHING = Buffer.alloc(0);
/** So few bytes may be the beginning of anything, and are not held back for it. */
const FEW = 4;

/** Says why a request with a placeholder in the wrong place goes nowhere. */
export function tellMisplaced(where: string): string {
  return tellApp(
    403,
    `a placeholder of a secret stands in the ${where}, where it does not belong; nothing was put in its place, and the request was not passed on`,
  );
}

/** Watches one request and its answer. */
export class RequestWatch implements Watch {
  readonly #deps: WatchDeps;
  readonly #out: Scan;
  readonly #back: Scan | undefined;
  #held: Buffer = NOTHING;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#out = new Scan(deps.placeholders);
    this.#back = deps.values && new Scan(deps.values);
  }

  get cut(): string {
    return tellApp(
      502,
      `the answer of ${this.#deps.host} had a secret of this Space in it, and was not passed on`,
    );
  }

  sent(socket: Socket): void {
    this.#deps.sent(socket);
  }

  refusalOf(content: Buffer): string | undefined {
    const version = this.#out.feed(content);
    if (version === undefined) return undefined;
    this.#deps.misplaced(version, 'body');
    return tellMisplaced('body');
  }

  replacementOf(head: AnswerHead): string | undefined {
    const { values, echoed, bodiless, mayBeEncoded, host } = this.#deps;
    if (values === undefined) return undefined;
    const version = values.findIn(textOf(head));
    if (version !== undefined) {
      echoed(version);
      return this.cut;
    }
    return isEncoded(head) && !bodiless && !mayBeEncoded
      ? tellApp(502, `${host} answered in an encoding that was not asked for, in which nothing can be seen`)
      : undefined;
  }

  pass(content: Buffer): Buffer | undefined {
    if (this.#back === undefined) return content;
    const version = this.#back.feed(content);
    if (version !== undefined) {
      this.#deps.echoed(version);
      return undefined;
    }
    const all = this.#held.length === 0 ? content : Buffer.concat([this.#held, content]);
    const open = Math.min(this.#back.open, all.length);
    const end = open < FEW ? all.length : all.length - open;
    this.#held = end === all.length ? NOTHING : Buffer.from(all.subarray(end));
    return end === all.length ? all : all.subarray(0, end);
  }

  rest(): Buffer {
    const rest = this.#held;
    this.#held = NOTHING;
    return rest;
  }

  hear(line: string, way: 'out' | 'back'): boolean {
    const { placeholders, values, misplaced, echoed } = this.#deps;
    const version = (way === 'out' ? placeholders : values)?.findIn(line);
    if (version === undefined) return true;
    if (way === 'out') misplaced(version, 'trailer');
    else echoed(version);
    return false;
  }
}

function textOf({ reason, fields }: AnswerHead): string {
  let text = reason;
  for (const { written, value } of fields) text += `\n${written}: ${value}`;
  return text;
}

function isEncoded({ fields, status }: AnswerHead): boolean {
  const codings = valuesOf(fields, 'content-encoding');
  const hasBody = status >= 200 && status !== 204 && status !== 304;
  return hasBody && codings.some((coding) => coding.toLowerCase() !== 'identity');
}
