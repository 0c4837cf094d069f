// Speaks to the running hub through the admin socket in the data directory. Never touches the database.
import { join } from 'node:path';
import {
  requestLocally,
  streamLocally,
  type LocalAnswer,
  type LocalRequest,
} from '@holdfast/platform/local-http';
import { placeFolders } from '@holdfast/supervisor/config/config';
import { parseEnvironment } from '@holdfast/supervisor/config/env';
import { configurationRejected } from '@holdfast/supervisor/faults';
import { layoutOf } from '@holdfast/supervisor/layout';
import { type Call } from './command.ts';
import { notRunning, refused } from './faults.ts';
import { OPERATOR_HEADER, operatorHeader, readOperator } from './operator.ts';

const TIMEOUT = 60_000;

/** One act on the running instance. */
export interface AdminRequest {
  readonly method: 'GET' | 'POST';
  /** Parts of the path after `/admin`; each is one segment, whatever is in it. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Does it and returns what the hub answered. Throws `notRunning`, or `refused` with the hub's own words. */
export async function requestAdmin(call: Call, wanted: AdminRequest): Promise<unknown> {
  const { folder, request } = requestOf(call, wanted);
  const answer = await requestLocally(request).catch((error: unknown) => {
    throw notRunning(folder, ...reasonOf(error));
  });
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw refusalOf(answer);
}

/** The same for an answer that comes line by line, each of them JSON. */
export async function* streamAdmin(call: Call, wanted: AdminRequest): AsyncGenerator<unknown> {
  for await (const line of streamAdminLines(call, wanted)) yield JSON.parse(line) as unknown;
}

/** The same, with the lines as they came. */
export async function* streamAdminLines(call: Call, wanted: AdminRequest): AsyncGenerator<string> {
  const { folder, request } = requestOf(call, wanted);
  const { status, headers, lines } = await streamLocally(request).catch((error: unknown) => {
    throw notRunning(folder, ...reasonOf(error));
  });
  if (status < 200 || status >= 300) {
    let text = '';
    for await (const line of lines) text += line;
    throw refusalOf({ status, headers, body: text === '' ? undefined : JSON.parse(text) });
  }
  yield* lines;
}

function requestOf(call: Call, wanted: AdminRequest): { folder: string; request: LocalRequest } {
  const problems: string[] = [];
  const folders = placeFolders(parseEnvironment(call.raw, problems), call.place);
  if (problems.length > 0) throw configurationRejected(problems);
  const path = `/${['admin', ...wanted.path].map(encodeURIComponent).join('/')}`;
  const query = wanted.query === undefined ? '' : `?${new URLSearchParams(wanted.query).toString()}`;
  const claim = readOperator(process.argv.slice(2), call.raw['SUDO_USER']);
  const request = {
    socket: layoutOf(folders).adminSocket,
    method: wanted.method,
    path: path + query,
    headers: { [OPERATOR_HEADER]: operatorHeader(claim) },
    timeout: TIMEOUT,
    ...(wanted.method === 'POST' ? { body: wanted.body ?? {} } : {}),
  };
  return { folder: folders.data, request };
}

/** Why nobody answers at a socket, and what to do. */
export function reasonOf(error: unknown, socket = SOCKET): [why: string, hint: string] {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return [`${socket} is not there`, START];
    case 'ECONNREFUSED':
      return [`${socket} is not served`, 'wait until it has started, or start it with `./holdfast start`'];
    case 'EACCES':
      return [`${socket} is another user's`, 'run this as the user who started Holdfast, or as root'];
    default:
      return [`${socket} failed: ${error instanceof Error ? error.message : String(error)}`, START];
  }
}

const SOCKET = join('run', 'admin.sock');
const START = 'start it with `./holdfast start`, or name its data directory with HOLDFAST_DATA';

function refusalOf({ status, headers, body }: LocalAnswer): Error {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const named = headers['x-error-code'];
  const code = typeof named === 'string' ? named : `status ${String(status)}`;
  return refused(code, typeof fields['error'] === 'string' ? fields['error'] : code);
}
