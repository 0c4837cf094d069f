// The endpoint for checkpoints: it takes each newest one, and tells at a start which it has last. What it answers is bounded in size
// and time and nothing but text; redirects are not followed, as who can send us elsewhere could tell us anything.

/** For it to take one, and to tell which it has, in milliseconds. */
const POST_MS = 10_000;
const ASK_MS = 5_000;
/** Of what it tells: a checkpoint with the signatures of a few hundred witnesses. */
const MOST_BYTES = 64 * 1024;
/** Answers that say that it has none. */
const NONE: readonly number[] = [204, 404];

/** Hands over a checkpoint; gives what was answered, which a witness fills with its signature. Throws an `Error` when it was not taken. */
export async function postCheckpoint(url: string, note: string): Promise<string> {
  const answer = await post(url, note);
  // It took the checkpoint, whatever else it says.
  if (answer.status === 200) return await readBounded(answer).catch(() => '');
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`it answered ${String(answer.status)}`);
  return '';
}

/** What it has last, as it says; `undefined`: none. Throws an `Error` when it does not say. */
export async function askCheckpoint(url: string, signal: AbortSignal): Promise<string | undefined> {
  const answer = await fetch(url, {
    headers: { accept: 'text/plain' },
    redirect: 'error',
    cache: 'no-store',
    signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]),
  });
  if (answer.status === 200) return await readBounded(answer);
  await answer.body?.cancel();
  if (NONE.includes(answer.status)) return undefined;
  throw new Error(`it answered ${String(answer.status)}`);
}

/** What a witness answered. */
export interface WitnessAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Hands a witness a checkpoint with what goes before it. Throws an `Error` where it does not answer. */
export async function postToWitness(url: string, body: string): Promise<WitnessAnswer> {
  const answer = await post(url, body);
  const text = await readBounded(answer);
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text };
}

async function post(url: string, body: string): Promise<Response> {
  return await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(POST_MS),
  });
}

async function readBounded(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let left = MOST_BYTES;
  for await (const part of answer.body ?? []) {
    left -= part.length;
    if (left < 0) throw new Error(`its answer is longer than ${String(MOST_BYTES)} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
