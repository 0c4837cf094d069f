// The embedded database of a bench's hub, as its superuser: for data that would take days to come in by the front door.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { type BenchHub } from '../hub.ts';

/** A connection. Disposal ends it. */
export interface Superuser extends AsyncDisposable {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Adds rows. Values are texts, `null`, or lists of texts, as COPY takes them. */
  copy(into: string, rows: Iterable<readonly Cell[]>): Promise<void>;
}

/** One value of a row. */
export type Cell = string | number | null | readonly string[];

/** Signs in to the database of a hub that runs as this user, or under root. */
export async function openSuperuser(hub: BenchHub): Promise<Superuser> {
  const password = await readFile(`${hub.data}.keys/postgres-superuser.password`, 'utf8');
  const client = new pg.Client({
    host: path.join(hub.data, 'run', 'postgres'),
    port: 5432,
    database: 'holdfast',
    user: 'holdfast_superuser',
    password: password.trim(),
  });
  await client.connect();
  return {
    query: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await client.query<Row>(text, values)).rows,
    copy: async (into, rows) => await client.query(new CopyIn(`copy ${into} from stdin`, rows)).done,
    [Symbol.asyncDispose]: async () => await client.end(),
  };
}

const CHUNK = 256 * 1024;

/** What `pg` has of a connection for COPY, which its types leave out. */
interface CopyConnection extends pg.Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** A COPY as a query that `pg` can run. */
class CopyIn implements pg.Submittable {
  readonly done: Promise<void>;
  readonly #text: string;
  readonly #rows: Iterable<readonly Cell[]>;
  readonly #settle: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(text: string, rows: Iterable<readonly Cell[]>) {
    this.#text = text;
    this.#rows = rows;
    this.done = this.#settle.promise;
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    void this.#send(connection).catch((error: unknown) => this.#settle.reject(error));
  }

  handleError(error: Error): void {
    this.#settle.reject(error);
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#settle.resolve();
  }

  async #send(connection: CopyConnection): Promise<void> {
    let text = '';
    for (const row of this.#rows) {
      text += `${row.map(encodeCell).join('\t')}\n`;
      if (text.length < CHUNK) continue;
      connection.sendCopyFromChunk(Buffer.from(text));
      text = '';
      if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
    }
    connection.sendCopyFromChunk(Buffer.from(text));
    connection.endCopyFrom();
  }
}

function encodeCell(cell: Cell): string {
  if (cell === null) return String.raw`\N`;
  if (typeof cell === 'object') {
    const quoted = cell.map((one) => `"${one.replaceAll(/["\\]/g, String.raw`\$&`)}"`);
    return escapeText(`{${quoted.join(',')}}`);
  }
  return escapeText(String(cell));
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapeText(text: string): string {
  return text.replaceAll(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? '');
}
