// The side of a view that reads: in a worker of the reader's browser, which can be ended when a file keeps it busy, and whose
// own policy lets it reach nothing. The bytes come from the page, which asks the hub for them.
import { Unreadable, type Flaw, type Reader, type Sheet } from './sheet.ts';
import { BoundedSource, type Source } from './source.ts';

/** What a page begins with. */
export interface ViewStart {
  /** What the file is, by its name. */
  readonly form: string;
  readonly size: number;
  readonly locale: string;
  /** Where it lies, for what it names relative to itself. */
  readonly place: { readonly repo: string; readonly revision: string; readonly folder: string };
}

/** What a page says: how to begin, the bytes that were asked for, or that more is wanted. */
type Said = { readonly start: ViewStart } | { readonly bytes: ArrayBuffer } | { readonly more: true };

/** What the page hears: which bytes are needed, what there is to show, or why nothing is. */
type Told =
  { readonly from: number; readonly to: number } | { readonly sheet: Sheet } | { readonly flaw: Flaw };

/** What a worker is to its file: this project has no types for browsers. */
interface WorkerScope {
  postMessage(told: Told): void;
  onmessage: ((event: { readonly data: Said }) => void) | null;
}

/** Reads what the page asks for with the reader for its form. */
export function serveView(open: (source: Source, start: ViewStart) => Reader): void {
  const scope = globalThis as unknown as WorkerScope;
  const asked: ((bytes: Uint8Array<ArrayBuffer>) => void)[] = [];
  const read = async (from: number, to: number): Promise<Uint8Array<ArrayBuffer>> => {
    const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    asked.push(resolve);
    scope.postMessage({ from, to });
    return await promise;
  };
  let reader: Reader | undefined;
  const tell = async (): Promise<void> => {
    try {
      if (reader !== undefined) scope.postMessage({ sheet: await reader.next() });
    } catch (error) {
      // Readers throw whatever a broken file has them throw.
      scope.postMessage({ flaw: error instanceof Unreadable ? error.flaw : 'broken' });
    }
  };
  scope.onmessage = ({ data }) => {
    // They come in the order in which they were asked for.
    if ('bytes' in data) asked.shift()?.(new Uint8Array(data.bytes));
    else {
      if ('start' in data) reader = open(new BoundedSource({ size: data.start.size, read }), data.start);
      void tell();
    }
  };
}
