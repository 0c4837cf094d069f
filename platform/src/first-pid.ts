// The pid of a sandbox's first process, which bubblewrap tells on its information descriptor.
import { type Readable } from 'node:stream';

const LONGEST_ANSWER = 4096;

/** Reads it; `undefined` when the sandbox ended before. */
export async function readFirstPid(stream: Readable): Promise<number | undefined> {
  let text = '';
  try {
    for await (const chunk of stream) {
      text += String(chunk);
      if (text.length > LONGEST_ANSWER) return undefined;
    }
    const answer = JSON.parse(text) as { readonly 'child-pid'?: unknown };
    const pid = answer['child-pid'];
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    return undefined;
  }
}
