// What people decide about a Space that runs a program: what it may use, where it may connect, when it sleeps. Pure.

/** What a program may use: limits, not promises. */
export interface Hardware {
  /** As clients name it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Processes and threads. */
  readonly processes: number;
}

/** Every kind that this hub has, as its operator said; the first is used where nobody asked for another. */
export type HardwareKinds = readonly Hardware[];

/** What some clients ask for on their own, also where it means nothing. */
export const ASKED_FOR_ANYWAY = 'cpu-basic';

/** Where a program may connect: to all public addresses, to these hosts, or nowhere. */
export type Egress =
  | { readonly kind: 'open' }
  | { readonly kind: 'list'; readonly hosts: readonly string[] }
  | { readonly kind: 'closed' };

/** How many hosts a list may have. */
export const MOST_HOSTS = 200;

const HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether a text is the name of a host, in lower case. An address is none: a list names whom it trusts. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && HOST.test(text);
}

/** What people decided about a Space. What is `null` they left as it comes. */
export interface Decisions {
  readonly paused: boolean;
  readonly hardware: string | null;
  /** -1: never. */
  readonly sleepSeconds: number | null;
  readonly egress: Egress | null;
}

/** Without a visitor, a program sleeps after two days, unless people decided otherwise. */
const USUAL_SLEEP = 48 * 3_600;

/** After how many seconds without a visitor it sleeps; `null`: never. */
export function sleepSecondsOf({ sleepSeconds }: Pick<Decisions, 'sleepSeconds'>): number | null {
  return sleepSeconds === -1 ? null : (sleepSeconds ?? USUAL_SLEEP);
}

/** What it may use: the usual, also where what was decided is not there any more. */
export function hardwareOf({ hardware }: Pick<Decisions, 'hardware'>, kinds: HardwareKinds): Hardware {
  const found = kinds.find(({ name }) => name === hardware) ?? kinds[0];
  if (found === undefined) throw new TypeError('a hub has hardware');
  return found;
}
