// Whose key a value is. Pure. The shape decides; the name decides only where shapes are those of many. Invariant: a value is
// read as bytes, because a text of it would stay in memory.
import { isTokenBytes } from '../token-text.ts';
import type { Place } from './place.ts';
import { PROVIDERS, type Provider } from './providers.ts';

/** What is known of a value. */
export interface Recognised {
  /** Its id in the table. */
  readonly provider: string;
  readonly title: string;
  /** Where it may go; none: the writer must say. */
  readonly hosts: readonly string[];
  /** Where it belongs in a request; none: it cannot be brokered. */
  readonly places: readonly Place[];
  /** Why it cannot be brokered; `undefined` when it can. */
  readonly unbrokerable: string | undefined;
}

/** Longer values are keys of nobody in the table. */
const LONGEST = 8_192;

/** Recognises a secret by its value, and by the name of its variable where the value is not enough. */
export function recogniseSecret(name: string, value: Buffer): Recognised | undefined {
  if (value.length === 0 || value.length > LONGEST) return undefined;
  const provider = findByShape(name.toUpperCase(), value);
  if (provider === undefined) return undefined;
  const { id, title, brokering } = provider;
  return brokering.kind === 'hosts'
    ? { provider: id, title, hosts: brokering.hosts, places: brokering.places, unbrokerable: undefined }
    : { provider: id, title, hosts: [], places: [], unbrokerable: brokering.why };
}

/** The provider whose keys look like this. */
function findByShape(name: string, value: Uint8Array): Provider | undefined {
  return PROVIDERS.find((provider) => {
    const { id, names, patterns, byName } = provider;
    if (byName && !names.includes(name)) return false;
    // Ours and those of Hugging Face look alike but for the check.
    if (id === 'holdfast' && !isTokenBytes(value)) return false;
    return patterns.some((pattern) => pattern.test(value));
  });
}
