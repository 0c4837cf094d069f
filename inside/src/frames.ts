// What the runner and the program inside a sandbox say to each other: one JSON object a line, on descriptor 3. Types alone:
// inside, there is nothing but Node.

/** The first frame: what is to be started. */
export interface InsideStart {
  readonly type: 'start';
  /** An app is served and has a way in; a build has none, and ends by itself. */
  readonly mode: 'run' | 'build';
  /** Absolute path of the program, and its arguments. */
  readonly command: readonly string[];
  /** All that the program finds in its environment, but for what names the way out. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Copied before the start: `from` is read-only, the copy is the program's own. */
  readonly copy: { readonly from: string; readonly to: string } | null;
  /** The port of the app on loopback; only of a run. */
  readonly port: number | null;
  /** How visitors come: on a socket on descriptor 4, or by connections to the door that wait for them; only to a run. */
  readonly visits: 'socket' | 'waiting' | null;
  /** Secrets follow, from the vault with this public key; `null`: there are none. */
  readonly secrets: { readonly vault: string; readonly run: string } | null;
}

/** What the vault sealed for this program, and the authority of the door. */
export interface InsideSecrets {
  readonly type: 'secrets';
  readonly box: string;
  readonly certificate: string;
}

/** Asks the program to end, and ends it after `graceMs`. */
export interface InsideStop {
  readonly type: 'stop';
  readonly graceMs: number;
}

/** What comes from inside. The runner believes none of it more than it believes the app. */
export type FromInside =
  /** Secrets are to be sealed for this key. */
  | { readonly type: 'key'; readonly key: string }
  /** They were opened. */
  | { readonly type: 'opened' }
  /** The app accepts connections. */
  | { readonly type: 'listening' }
  | { readonly type: 'exited'; readonly code: number | null; readonly signal: string | null };
