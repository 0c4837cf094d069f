// What a card is: the metadata at the top of a README, and what was found wrong with it.
import type { Json } from '@holdfast/kernel/canonical-json';

/** What kind of repository the card belongs to. */
export type RepoType = 'model' | 'dataset' | 'space';

/** The metadata as JSON. No key is `__proto__`, no text holds a NUL, so it can be stored and copied anywhere. */
export type Metadata = Readonly<Record<string, Json>>;

/** Something to tell the author of a card. */
export interface Notice {
  readonly message: string;
  /** Line of the README, from 1, where it is known. */
  readonly line?: number;
}

/** A README, read. With errors the metadata may be empty or in part unusable, but is always safe to use. */
export interface Card {
  readonly metadata: Metadata;
  readonly warnings: readonly Notice[];
  readonly errors: readonly Notice[];
  /** The Markdown behind the metadata. */
  readonly body: string;
}
