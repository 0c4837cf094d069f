// A Space with a program, as a person makes it, waits for it and asks it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from './instance.ts';

const PATIENCE = 20 * 60_000;

/** Who asks, and where. */
export interface Site {
  readonly instance: Instance;
  /** Of the account `admin`, and may write. */
  readonly token: string;
}

/** Files by their paths. */
export type Files = Readonly<Record<string, string>>;

/** Calls the hub; a refusal fails the test. What is a string is sent as lines of JSON. */
export async function ask(
  { instance, token }: Site,
  target: string,
  send?: { readonly body: object | string },
): Promise<Response> {
  const body = send?.body;
  const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
  const answer = await fetch(`${instance.url}${target}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${target}: ${answer.status} ${await answer.clone().text()}`);
  return answer;
}

/** Pushes files to a repository of `admin`, as one commit. */
export async function push(
  site: Site,
  where: { readonly type: 'model' | 'space'; readonly name: string },
  files: Files,
): Promise<void> {
  const lines = [
    { key: 'header', value: { summary: 'Files' } },
    ...Object.entries(files).map(([path, text]) => ({
      key: 'file',
      value: { path, content: Buffer.from(text).toString('base64'), encoding: 'base64' },
    })),
  ];
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  await ask(site, `/api/${where.type}s/admin/${where.name}/commit/main`, { body });
}

/** One that is private, of `admin`. */
export class AppSpace {
  readonly site: Site;
  readonly #name: string;

  private constructor(site: Site, name: string) {
    this.site = site;
    this.#name = name;
  }

  /** Makes it. */
  static async create(site: Site, name: string, sdk: 'gradio' | 'streamlit' = 'gradio'): Promise<AppSpace> {
    await ask(site, '/api/repos/create', { body: { type: 'space', name, sdk, private: true } });
    return new AppSpace(site, name);
  }

  /** Calls the hub below the Space's own address. */
  async ask(target: string, send?: { readonly body: object }): Promise<Response> {
    return await ask(this.site, `/api/spaces/admin/${this.#name}${target}`, send);
  }

  async push(files: Files): Promise<void> {
    await push(this.site, { type: 'space', name: this.#name }, files);
  }

  /** Waits until it is in a stage, and not about to be replaced. Throws with its log when it fails. */
  async untilStage(wanted: string): Promise<void> {
    let last = '';
    for (const until = Date.now() + PATIENCE; Date.now() < until;) {
      last = await (await this.ask('/runtime')).text();
      const { stage } = JSON.parse(last) as { readonly stage: string };
      if (stage === wanted) return;
      if (stage.endsWith('_ERROR')) break;
      await delay(250);
    }
    throw new Error(`the Space is not ${wanted}: ${last}\n${await this.readLog()}`);
  }

  /** What its program has said until now. */
  async readLog(): Promise<string> {
    const { instance, token } = this.site;
    let text = '';
    try {
      const answer = await fetch(`${instance.url}/api/spaces/admin/${this.#name}/logs/run`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(2_000),
      });
      for await (const part of answer.body ?? []) text += Buffer.from(part).toString();
    } catch {
      // It goes on for as long as the program does.
    }
    return text;
  }

  /** What it answers to a visitor. */
  async visit(): Promise<string> {
    const { host } = (await (await this.ask('/host')).json()) as { host: string };
    const { hostname, port } = new URL(host);
    // Not every system resolves names below `localhost`, and `fetch` sets the host itself.
    const headers = { host: `${hostname}:${port}`, authorization: `Bearer ${this.site.token}` };
    const asked = request({ host: '127.0.0.1', port, headers }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const text = Buffer.concat(await answer.toArray()).toString();
    assert.equal(answer.statusCode, 200, text);
    return text;
  }

  /** Ends its program. */
  async pause(): Promise<void> {
    await this.ask('/pause', { body: {} });
    await this.untilStage('PAUSED');
  }
}
