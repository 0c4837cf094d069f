// What a run's door may use, as the vault keeps it.
import { type Sealing } from '@holdfast/kernel/sealing';
import { type KeptVersion } from './model.ts';

/** What one door may use. */
export interface Lease {
  readonly run: string;
  readonly space: string;
  readonly to: Sealing;
  readonly from: Sealing;
  /** What stands for a name in this run; it stays when the value is replaced. */
  readonly placeholders: ReadonlyMap<string, string>;
  versions: KeptVersion[];
  /** Those in whose place there is another, each with the end of its overlap: until then what is under way goes on, and nothing begins. */
  lasting: KeptVersion[];
  /** All that its door was ever granted, here or by a vault before this one: a value may come back after its version was replaced. */
  readonly granted: Set<string>;
  /** What of it was seen in an answer. */
  readonly echoed: Set<string>;
  /** It was reported that its rows are not as the vault wrote them. */
  isForged: boolean;
  /** The last value in the place of another that is being granted. */
  replacing: Promise<void>;
  /** How often it is still tried to give it back what it has overwritten. */
  owed: number;
  /** Of the last word in each direction. */
  sent: number;
  heard: number;
}

/** What is used or goes on. */
export function allOf({ versions, lasting }: Lease): KeptVersion[] {
  return [...versions, ...lasting];
}

/** Their ids. */
export function idsOf(versions: readonly KeptVersion[]): string[] {
  return versions.map(({ id }) => id);
}
