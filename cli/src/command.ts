// What a command of `./holdfast` is.
import { type RawEnvironment } from '@holdfast/supervisor/config/env';
import { type Place } from '@holdfast/supervisor/config/config';
import { type Console } from '@holdfast/supervisor/console';

/** One flag: with a value, or a switch. */
export interface Flag {
  /** Word that stands for the value in the help; absent for a switch. */
  readonly value?: string;
  readonly doc: string;
  readonly required?: true;
  /** May be given more than once. */
  readonly many?: true;
}

/** What was written behind flags: the value, or `true` for a switch. */
export type Flags = Readonly<Record<string, string | true | readonly string[] | undefined>>;

/** What a command is run with. */
export interface Call {
  readonly flags: Flags;
  /** Words that are no flags, in order. */
  readonly rest: readonly string[];
  readonly raw: RawEnvironment;
  readonly place: Place;
  readonly console: Console;
  readonly json: boolean;
}

/** One command. */
export interface Command {
  /** Its words: `admin user create`. */
  readonly name: string;
  readonly doc: string;
  /** Names of its words that are no flags; `[NAME]` may be left out, and `[NAME…]` be any number of them. */
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, Flag>>;
  /** A program of its own, which gets the words as they are once they were checked. It answers in text alone. */
  readonly passesOn?: true;
  /** Does it; the number is the exit code. */
  readonly run: (call: Call) => Promise<number>;
}
