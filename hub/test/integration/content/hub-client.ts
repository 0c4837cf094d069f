// Calls a served hub the way the clients do, for tests of content.
import assert from 'node:assert/strict';
import { openServedHub, type ServedHub, type ServedHubOptions } from '../../harness/served-hub.ts';

/** One answer. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** An operation of a commit. */
export interface Line {
  readonly key: string;
  readonly value: unknown;
}

/** A hub with one user, `ann`, and a model of hers, `ann/m`. */
export class HubClient implements AsyncDisposable {
  readonly hub: ServedHub;
  readonly token: string;
  readonly repoId: string;

  constructor(hub: ServedHub, token: string, repoId: string) {
    this.hub = hub;
    this.token = token;
    this.repoId = repoId;
  }

  /** Sends a request. */
  // oxlint-disable-next-line max-params -- as `fetch` is called, with the usual parts in order
  async call(
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Answered> {
    const response = await fetch(this.hub.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...headers },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const json: unknown = (response.headers.get('content-type') ?? '').includes('json')
      ? JSON.parse(text)
      : undefined;
    return { status: response.status, headers: response.headers, text, json };
  }

  /** Sends JSON. */
  async post(path: string, body: unknown): Promise<Answered> {
    return await this.call('POST', path, JSON.stringify(body), { 'content-type': 'application/json' });
  }

  /** Sends a commit to a branch of `ann/m`. */
  async commit(
    lines: readonly Line[],
    options: { revision?: string; header?: object } = {},
  ): Promise<Answered> {
    const header = { key: 'header', value: { summary: 'a change', ...options.header } };
    const body = [header, ...lines].map((line) => JSON.stringify(line)).join('\n');
    return await this.commitRaw(body, options.revision);
  }

  /** Sends the body of a commit as it is. */
  async commitRaw(body: string | Uint8Array<ArrayBuffer>, revision = 'main'): Promise<Answered> {
    const path = `/api/models/ann/m/commit/${encodeURIComponent(revision)}`;
    return await this.call('POST', path, body, { 'content-type': 'application/x-ndjson' });
  }

  /** Commits and gives the commit's id. */
  async mustCommit(...lines: readonly Line[]): Promise<string> {
    const answer = await this.commit(lines);
    assert.equal(answer.status, 200, answer.text);
    return (answer.json as { commitOid: string }).commitOid;
  }

  /** The paths of all files of a revision. */
  async paths(revision = 'main'): Promise<string[]> {
    const answer = await this.call(
      'GET',
      `/api/models/ann/m/tree/${encodeURIComponent(revision)}?recursive=true`,
    );
    assert.equal(answer.status, 200, answer.text);
    return (answer.json as { type: string; path: string }[])
      .filter((one) => one.type === 'file')
      .map((one) => one.path);
  }

  /** The text of a file. */
  async text(path: string, revision = 'main'): Promise<string> {
    const answer = await this.call('GET', `/ann/m/resolve/${encodeURIComponent(revision)}/${path}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
  }
}

/** Opens the hub. */
export async function openHubClient(options?: ServedHubOptions): Promise<HubClient> {
  // A hub that is left open by a set-up that failed would keep the whole run waiting.
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub(options));
  const token = await hub.addUser('ann');
  const { id } = await hub.addRepo('ann/m');
  opened.move();
  return new HubClient(hub, token, id);
}

/** The operation that writes a text. */
export function file(path: string, content: string): Line {
  return { key: 'file', value: { path, content, encoding: 'utf-8' } };
}
