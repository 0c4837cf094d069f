// Looks at what passes between an app and a host: for placeholders on the way out, and for values on the way back. Seeing a value
// come back is detection and no protection (a host can write it in a form that nobody looks for): what was not yet passed on is
// held, the answer is cut, and the vault hears that this run now holds the value. A signature is good for a while without the door,
// wherever the run's end or a revocation finds it: services repeat the one that they refuse, and it is cut out alike.
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
  /** `undefined`: answers are not looked through for them. */
  readonly values: Search | undefined;
  /** Finds the signature that was made for this request. */
  readonly made?: Search | undefined;
  /** An encoded answer is passed on although nothing is seen in it: AWS sends what is stored encoded so, whatever is asked for. */
  readonly mayBeEncoded: boolean;
  readonly misplaced: (version: string, where: string) => void;
  readonly echoed: (version: string) => void;
  /** The answer had the signature in it. */
  readonly repeated?: () => void;
  readonly leave: (socket: Socket) => string | undefined;
}

const NOTHING = Buffer.alloc(0);
const VALUE = 'a secret of this Space';
const SIGNATURE = 'the signature that was made with a secret of this Space';
/** From here on an answer may be about what was wrong with the request, and repeat it. */
const REDIRECTS = 300;
/** So few bytes may be the beginning of anything, and are not held back for it. */
const FEW = 4;

/** What is looked for in an answer, and what follows where it is there. */
interface Sought {
  readonly search: Search;
  readonly scan: Scan;
  readonly what: string;
  readonly tell: (version: string) => void;
}

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
  readonly #back: readonly Sought[];
  #found = VALUE;
  #held: Buffer = NOTHING;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#out = new Scan(deps.placeholders);
    const { values, made, echoed, repeated } = deps;
    const sought = [
      { search: values, what: VALUE, tell: echoed },
      { search: made, what: SIGNATURE, tell: () => repeated?.() },
    ];
    this.#back = sought.flatMap(({ search, ...rest }) =>
      search === undefined ? [] : [{ search, scan: new Scan(search), ...rest }],
    );
  }

  get cut(): string {
    return tellApp(502, `the answer of ${this.#deps.host} had ${this.#found} in it, and was not passed on`);
  }

  leave(socket: Socket): string | undefined {
    return this.#deps.leave(socket);
  }

  refusalOf(content: Buffer): string | undefined {
    const version = this.#out.feed(content);
    if (version === undefined) return undefined;
    this.#deps.misplaced(version, 'body');
    return tellMisplaced('body');
  }

  replacementOf(head: AnswerHead): string | undefined {
    const { bodiless, host } = this.#deps;
    if (this.#back.length === 0) return undefined;
    if (this.#isIn(textOf(head))) return this.cut;
    return isEncoded(head) && !bodiless && !this.#mayBeEncoded(head)
      ? tellApp(502, `${host} answered in an encoding in which nothing can be seen`)
      : undefined;
  }

  // What is stored is no word about the request; a refusal is, and repeats its signature.
  #mayBeEncoded({ status }: AnswerHead): boolean {
    return this.#deps.mayBeEncoded && (this.#deps.made === undefined || status < REDIRECTS);
  }

  pass(content: Buffer): Buffer | undefined {
    let begun = 0;
    for (const sought of this.#back) {
      const version = sought.scan.feed(content);
      if (version !== undefined) {
        this.#tell(sought, version);
        return undefined;
      }
      begun = Math.max(begun, sought.scan.open);
    }
    const all = this.#held.length === 0 ? content : Buffer.concat([this.#held, content]);
    const open = Math.min(begun, all.length);
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
    if (way === 'back') return !this.#isIn(line);
    const version = this.#deps.placeholders.findIn(line);
    if (version !== undefined) this.#deps.misplaced(version, 'trailer');
    return version === undefined;
  }

  #isIn(text: string): boolean {
    for (const sought of this.#back) {
      const version = sought.search.findIn(text);
      if (version === undefined) continue;
      this.#tell(sought, version);
      return true;
    }
    return false;
  }

  #tell({ what, tell }: Sought, version: string): void {
    this.#found = what;
    tell(version);
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
