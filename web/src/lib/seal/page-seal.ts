// Runs in the reader's browser, in the page and in no worker: what we send as a worker is in a sandbox, and has no cryptography there.
// Bundled as a piece of its own, which gives the page's script one function.
import { sealValue, typedOf, wishOf, type FormKey } from './secret-wish.ts';

/** What was typed, and to which key the value is sealed. */
interface Asked {
  readonly fields: Readonly<Record<string, string>>;
  readonly value: string;
  readonly key: FormKey;
}

async function seal({ fields, value, key }: Asked): Promise<string> {
  // What is pasted often ends with a line, and no key does.
  const bytes = new TextEncoder().encode(value.replace(/\n$/, ''));
  return await sealValue(bytes, wishOf(typedOf((name) => fields[name] ?? '')), key);
}

Object.assign(globalThis, { holdfastSeal: seal });
