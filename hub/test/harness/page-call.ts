// A call of a page or a form: by whom, about what, and with what.
import { type PageScene } from './page-scene.ts';
import { type PageCaller } from './page-matrix.ts';

/** Who calls, and about what. */
export interface PageAsk {
  readonly scene: PageScene;
  readonly caller: PageCaller;
  readonly visibility: 'private' | 'public';
  /** Names what is acted upon. Who is refused leaves it as it was, and the next who is refused finds it. */
  readonly tag: string;
}

/** What a page is asked with. */
export interface PageCall {
  /** What stands in the address where it names something. */
  readonly at?: Readonly<Record<string, string>>;
  /** Behind the question mark. */
  readonly query?: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** What is said to who is let in, where no test can send what the form needs. */
  readonly told?: RegExp;
  /** Nothing that stays: the ledger has no entry of it. */
  readonly leaves?: 'nothing';
}

/** The address of a page in which everything is named. */
export function addressOf(route: string, { at = {}, query = '' }: PageCall, action?: string): string {
  const path = route.replaceAll(/\{(\w+)\}|\*/g, (all, name: string | undefined) => at[name ?? all] ?? '');
  const form = action === undefined || action === 'default' ? '' : `/${action}`;
  const rest = [form, query].filter((part) => part !== '').join('&');
  return rest === '' ? path : `${path}?${rest}`;
}
