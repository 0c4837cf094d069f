// A hub whose database a test stops, starts and holds up.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startInstance, type Instance, type InstanceOptions } from './instance.ts';
import { openOperatorsServer, type OperatorsServer } from './operators-database.ts';
import { listDescendants } from './processes.ts';
import { openScratch, type Scratch } from './scratch.ts';

/** What a token is answered; 0 where nothing comes. */
export async function statusOf(hub: Instance, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${hub.url}/api/whoami-v2`, {
    headers,
    signal: AbortSignal.timeout(30_000),
  }).catch(() => undefined);
  await answer?.text();
  return answer?.status ?? 0;
}

/** Makes a token of the administrator's. */
export async function issue(hub: Instance, name: string): Promise<{ id: string; token: string }> {
  const words = ['--user', 'admin', '--name', name, '--role', 'read', '--json'];
  return JSON.parse(await hub.admin('token', 'create', ...words)) as { id: string; token: string };
}

/** Reports found tokens as anybody may. */
export async function report(hub: Instance, ...credentials: readonly string[]): Promise<number> {
  const answer = await fetch(`${hub.url}/api/credentials/revoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ credentials }),
  });
  await answer.text();
  return answer.status;
}

/**
 * Asks again and again until the kept token works, and gives every answer that the ended ones had meanwhile: of tokens, or of
 * other questions.
 */
export async function untilBack(
  hub: Instance,
  kept: string,
  ended: readonly (string | (() => Promise<number>))[],
): Promise<Set<number>> {
  const answers = new Set<number>();
  const giveUp = Date.now() + 60_000;
  const ask = async (): Promise<void> => {
    for (const one of ended) answers.add(typeof one === 'string' ? await statusOf(hub, one) : await one());
  };
  for (;;) {
    await ask();
    if ((await statusOf(hub, kept)) === 200) break;
    assert.ok(Date.now() < giveUp, 'it serves again');
    await delay(20);
  }
  await ask();
  return answers;
}

/** Every process of the server. */
export async function listServer({ server }: OperatorsServer): Promise<number[]> {
  const text = await readFile(path.join(server.superuser.host, 'data', 'postmaster.pid'), 'utf8');
  const postmaster = Number.parseInt(text, 10);
  return [postmaster, ...(await listDescendants(postmaster)).map(({ pid }) => pid)];
}

/** A database, and hubs on it. */
export interface Place {
  readonly scratch: Scratch;
  readonly server: OperatorsServer;
  readonly start: (name: string, more?: InstanceOptions) => Promise<Instance>;
}

/** Opens it. */
export async function openPlace(opened: AsyncDisposableStack): Promise<Place> {
  const server = await openOperatorsServer();
  await server.createDatabase('hub');
  const scratch = opened.use(await openScratch('removals'));
  const env = {
    HOLDFAST_OBJECTS: path.join(scratch.path, 'objects'),
    HOLDFAST_KEYS: path.join(scratch.path, 'keys'),
    DATABASE_URL: server.urlOf('hub', 'network'),
  };
  const start: Place['start'] = async (name, more = {}) =>
    await startInstance({ folder: path.join(scratch.path, name), env, ...more });
  return { scratch, server, start };
}

/** The entries of subjects, and whether each was taken before it was recorded. */
export async function entriesOf(server: OperatorsServer, like: string): Promise<Record<string, unknown>[]> {
  return await server.query(
    'hub',
    `select kind, subject, body::jsonb ? 'takenAt' as taken from ledger.entry where subject like '${like}' order by at`,
  );
}
