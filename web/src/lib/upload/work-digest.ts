// Runs in a worker of the reader's browser: the digest of a file that is about to be sent.
import { Sha256 } from './sha256.ts';

/** A file of the browser; this project has no types for browsers. */
interface PickedFile {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

interface WorkerScope {
  postMessage(
    told: { readonly read: number } | { readonly digest: string } | { readonly failed: true },
  ): void;
  onmessage: ((event: { readonly data: PickedFile }) => void) | null;
}

const STEP = 4 * 1024 * 1024;
const scope = globalThis as unknown as WorkerScope;

async function digestOf(file: PickedFile): Promise<string> {
  const digest = new Sha256();
  for (let at = 0; at < file.size; at += STEP) {
    digest.add(new Uint8Array(await file.slice(at, Math.min(file.size, at + STEP)).arrayBuffer()));
    scope.postMessage({ read: Math.min(file.size, at + STEP) });
  }
  return digest.end();
}

scope.onmessage = ({ data }) => {
  digestOf(data).then(
    (digest) => scope.postMessage({ digest }),
    // It was changed or moved away while it was read.
    () => scope.postMessage({ failed: true }),
  );
};
