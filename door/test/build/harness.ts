// Starts the door of a build as the runner does, and asks it as a build would.
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Channel } from '@holdfast/platform/channel';
import { bindUnix } from '@holdfast/platform/listeners';
import { startProcess } from '@holdfast/platform/process';
import { BuildDoorStart, FromBuildDoor } from '../../src/build/frames.ts';

/** An answer, read whole; `broken` when it ended before its end. */
export interface Got {
  readonly status: number;
  readonly text: string;
  readonly broken: boolean;
}

/** What a request consists of beside its path. */
export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const MAIN = join(import.meta.dirname, '../../src/build/main.ts');

/** A running door. */
export class BuildDoor implements AsyncDisposable {
  readonly folder: string;
  readonly refused: string[] = [];
  readonly #end: () => Promise<void>;

  constructor(folder: string, end: () => Promise<void>) {
    this.folder = folder;
    this.#end = end;
  }

  get socket(): string {
    return join(this.folder, 'door.sock');
  }

  /** Asks for this path. */
  async ask(path: string, asking: Asking = {}): Promise<Got> {
    const { promise, resolve } = Promise.withResolvers<Got>();
    const { method = 'GET', headers = {}, body } = asking;
    const sent = request({ socketPath: this.socket, path, method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => (text += piece));
      answer.on('close', () => resolve({ status: answer.statusCode ?? 0, text, broken: !answer.complete }));
      answer.on('error', () => undefined);
    });
    sent.on('error', () => resolve({ status: 0, text: '', broken: true }));
    sent.on('connect', (answer) => resolve({ status: answer.statusCode ?? 0, text: '', broken: false }));
    sent.end(body);
    return await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    await rm(this.folder, { recursive: true });
  }
}

/** Starts one. */
export async function openBuildDoor(start: Partial<BuildDoorStart>): Promise<BuildDoor> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-door-'));
  const socket = bindUnix(join(folder, 'door.sock'));
  const child = startProcess(
    { file: process.execPath, args: [MAIN] },
    { descriptors: ['ignore', 'inherit', 'inherit', 'pipe', socket.handle] },
  );
  const channel = new Channel(child.end(3));
  const door = new BuildDoor(folder, async () => {
    await channel[Symbol.asyncDispose]();
    await child.exited;
    socket[Symbol.dispose]();
  });
  channel.send(
    BuildDoorStart.parse({
      type: 'start',
      indexes: [{ url: 'https://pypi.org/simple/', files: ['https://files.pythonhosted.org'] }],
      mirrors: { debian: 'http://deb.debian.org/debian', 'debian-security': null },
      authorities: null,
      cache: join(folder, 'cache'),
      budget: 1e9,
      ...start,
    }),
  );
  const ready = Promise.withResolvers<undefined>();
  channel.onFrame((frame) => {
    const told = FromBuildDoor.parse(frame);
    if (told.type === 'ready') ready.resolve(undefined);
    else door.refused.push(`${told.what}: ${told.why}`);
  });
  await Promise.race([ready.promise, child.exited.then(() => Promise.reject(new Error('the door ended')))]);
  return door;
}
