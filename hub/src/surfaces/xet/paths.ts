// Paths of the protocol: its clients spelt them differently from one age to the next.
import { z } from 'zod';

/** Parameters of every path. */
export const ScopeParams = z.object({ scope: z.string(), generation: z.string() });

/** Parameters of a path to something with a hash. */
export const HashParams = ScopeParams.extend({ hash: z.string() });

/** Parameters of a path to something with a label before its hash, which means nothing here: clients do not agree on it. */
export const LabelledParams = HashParams.extend({ label: z.string() });

/** The paths below a scope. */
export function below(...paths: readonly string[]): readonly string[] {
  return paths.map((path) => `/xet/{scope}/{generation}${path}`);
}
