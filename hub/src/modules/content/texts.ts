// Reads a file of a repository to show it as text. What is read of a private repository is recorded before it is answered,
// as a download is.
import { referencesOf, isRecorded } from '#modules/access';
import { type Reads } from '#modules/ledger';
import { type Content } from './content.ts';
import { type FoundFile, type Visit } from './model.ts';

/** A file, and its text where it has one that can be shown. */
export interface OpenText {
  readonly file: FoundFile;
  /** Absent where the file is large, kept outside of git, or not text. */
  readonly text: string | undefined;
  /** Whether the bytes begin with a byte order mark, which the text leaves out. */
  readonly marked: boolean;
}

/** The texts of repositories. */
export class Texts {
  readonly #content: Pick<Content, 'findVisited' | 'findBlob'>;
  readonly #reads: Reads;

  constructor(deps: { content: Pick<Content, 'findVisited' | 'findBlob'>; reads: Reads }) {
    this.#content = deps.content;
    this.#reads = deps.reads;
  }

  /** The file at a place of somebody who was let in, with its text if it has at most `limit` bytes of UTF-8. */
  async find(visit: Visit, limit: number): Promise<OpenText | undefined> {
    const file = visit.path === '' ? undefined : await this.#content.findVisited(visit);
    if (file === undefined) return undefined;
    if (file.lfs !== undefined || file.size > limit) return { file, text: undefined, marked: false };
    const { repo, visitor, commit, path } = visit;
    if (isRecorded(repo))
      await this.#reads.recordRead({
        ...referencesOf(visitor.actor),
        ...{ address: visitor.address, repoId: repo.id, revision: commit, path },
      });
    const bytes = await this.#content.findBlob(repo, file.oid, limit);
    const marked = bytes?.subarray(0, MARK.length).equals(MARK) === true;
    return { file, text: bytes && textOf(bytes), marked };
  }
}

/** A byte order mark in UTF-8 (RFC 3629, section 6). */
const MARK = Buffer.from('\ufeff');

/** The text that bytes are; `undefined` for what is no text: a NUL is in none, and broken UTF-8 would be shown as another. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
