// A site with apps, as its owner speaks to it: pushing repositories, waiting for a stage, reading logs, visiting.
import assert from 'node:assert/strict';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type Instance } from './instance.ts';

const MINUTES = 60_000;

/** An instance, and with whose token it is spoken to. */
export interface Site {
  readonly instance: Instance;
  readonly token: string;
  /** Whose repositories are meant. */
  readonly owner: string;
}

/** A repository with files. */
export interface Push {
  readonly type: 'model' | 'dataset' | 'space';
  readonly name: string;
  readonly private?: boolean;
  /** Of a Space; gradio when absent. */
  readonly sdk?: 'gradio' | 'streamlit';
  readonly files: Readonly<Record<string, string>>;
}

/** Makes it, and pushes the files. */
export async function push(site: Site, what: Push): Promise<void> {
  const { type, name } = what;
  const organization = site.owner === 'admin' ? {} : { organization: site.owner };
  const isPrivate = what.private ?? type === 'space';
  await post(site, '/api/repos/create', [
    {
      type,
      name,
      ...organization,
      ...(type === 'space' && { sdk: what.sdk ?? 'gradio' }),
      private: isPrivate,
    },
  ]);
  await commit(site, what);
}

/** Pushes files into one that is there. */
export async function commit(site: Site, { type, name, files }: Push): Promise<void> {
  const lines = [
    { key: 'header', value: { summary: 'Files' } },
    ...Object.entries(files).map(([path, content]) => ({
      key: 'file',
      value: { path, content: Buffer.from(content).toString('base64'), encoding: 'base64' },
    })),
  ];
  await post(site, `/api/${type}s/${site.owner}/${name}/commit/main`, lines);
}

/** Sends one object, or several as lines. */
export async function post(
  { instance, token }: Site,
  where: string,
  lines: readonly object[],
): Promise<void> {
  const type = lines.length === 1 ? 'application/json' : 'application/x-ndjson';
  const headers = { authorization: `Bearer ${token}`, 'content-type': type };
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  const answer = await fetch(`${instance.url}${where}`, { method: 'POST', headers, body });
  assert.equal(answer.status, 200, `${where}: ${await answer.text()}`);
}

/** Waits for a stage, and gives what its runtime says then. Throws when an error comes first. */
export async function untilStage(site: Site, name: string, wanted = 'RUNNING'): Promise<string> {
  const headers = { authorization: `Bearer ${site.token}` };
  for (const until = Date.now() + 20 * MINUTES; Date.now() < until; await delay(500)) {
    const answer = await fetch(`${site.instance.url}/api/spaces/${site.owner}/${name}/runtime`, { headers });
    const said = await answer.text();
    const { stage } = JSON.parse(said) as { stage: string };
    if (stage === wanted) return said;
    if (stage.endsWith('_ERROR')) assert.fail(`${said}\n${await readLog(site, name)}`);
  }
  throw new Error(`it never came to ${wanted}`);
}

/** Ends its program. */
export async function pause(site: Site, name: string): Promise<void> {
  await post(site, `/api/spaces/${site.owner}/${name}/pause`, [{}]);
  await untilStage(site, name, 'PAUSED');
}

/** What its log has within two seconds. */
export async function readLog(site: Site, name: string, which: 'run' | 'build' = 'run'): Promise<string> {
  const headers = { authorization: `Bearer ${site.token}` };
  const signal = AbortSignal.timeout(2_000);
  let told = '';
  try {
    const where = `${site.instance.url}/api/spaces/${site.owner}/${name}/logs/${which}`;
    const answer = await fetch(where, { headers, signal });
    for await (const part of answer.body ?? []) told += Buffer.from(part).toString();
  } catch {
    // It goes on for as long as the app does.
  }
  return told;
}

/** Whether the log of its app has these words, or has them within a second and a half. */
export async function isInLog(
  { instance, token, owner }: Site,
  name: string,
  words: string,
): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(1_500);
  let told = '';
  try {
    const where = `${instance.url}/api/spaces/${owner}/${name}/logs/run`;
    for await (const part of (await fetch(where, { headers, signal })).body ?? []) {
      told += Buffer.from(part).toString();
      if (told.includes(words)) return true;
    }
  } catch {
    // It goes on for as long as the app does.
  }
  return false;
}

/** What a visitor of a Space is answered, whose host no resolver here knows. */
export async function visit(
  { instance, token, owner }: Site,
  name: string,
  { path, body }: { readonly path: string; readonly body?: object },
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const authorization = `Bearer ${token}`;
  const found = await fetch(`${instance.url}/api/spaces/${owner}/${name}/host`, {
    headers: { authorization },
  });
  const { host } = (await found.json()) as { readonly host: string };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { authorization, host: new URL(host).host, 'content-type': 'application/json' };
  request(`${instance.url}${path}`, { method: body === undefined ? 'GET' : 'POST', headers })
    .on('response', resolve)
    .on('error', reject)
    .end(body === undefined ? undefined : JSON.stringify(body));
  const answer = await promise;
  return { status: answer.statusCode, body: await text(answer) };
}
