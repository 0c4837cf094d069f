// Sockets that are bound here and served by a child: a child that crashes does not lose the address.
// Bound, not listening: nothing is accepted in this process, which parses no traffic.
import { chmodSync, unlinkSync } from 'node:fs';
import net from 'node:net';
import { basename, dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { type SocketDescriptor } from './process.ts';

/** A bound socket. Its handle can be given to any number of children, one after the other. */
export interface BoundSocket extends Disposable {
  readonly handle: SocketDescriptor;
  /** The TCP port; 0 for a Unix socket. */
  readonly port: number;
}

/** The address could not be bound. `code` is the system's name for the reason, such as `EADDRINUSE`. */
export class BindError extends Error {
  override readonly name = 'BindError';
  readonly code: string;

  constructor(code: string, address: string) {
    super(`cannot bind ${address}: ${code}`);
    this.code = code;
  }
}

// What `node:cluster` binds its shared sockets with. It has no public name; the pinned Node has it, and a test of
// this file fails with a Node that does not.
interface RawSocket extends SocketDescriptor {
  getsockname?(name: { port?: number }): number;
  close(): void;
}
type MakeSocket = (address: string, port: number, family: number) => RawSocket | number;

function makeSocket(address: string, port: number, family: number): RawSocket | number {
  return (net as unknown as { _createServerHandle: MakeSocket })._createServerHandle(address, port, family);
}

function errorName(status: number): string {
  return getSystemErrorMap().get(status)?.[0] ?? `error ${String(status)}`;
}

/** Binds a TCP port on a literal address; port 0 takes a free one. Throws a `BindError`. */
export function bindTcp(address: string, port: number): BoundSocket {
  const shown = net.isIPv6(address) ? `[${address}]:${String(port)}` : `${address}:${String(port)}`;
  const handle = makeSocket(address, port, net.isIPv6(address) ? 6 : 4);
  if (typeof handle === 'number') throw new BindError(errorName(handle), shown);
  const name: { port?: number } = {};
  // libuv keeps back a failed bind until the first call that can report it.
  const status = handle.getsockname?.(name) ?? 0;
  if (status !== 0) {
    handle.close();
    throw new BindError(errorName(status), shown);
  }
  return bound(handle, name.port ?? port);
}

/**
 * Binds a Unix socket that only this user can connect to, or whom the mode lets who sees its folder. What a crash left at the
 * path is replaced.
 */
export function bindUnix(path: string, { mode } = { mode: 0o600 }): BoundSocket {
  // A socket's path may have 108 bytes; from inside its folder the name alone counts.
  const before = process.cwd();
  process.chdir(dirname(path));
  try {
    const name = basename(path);
    removeIfPresent(name);
    const mask = process.umask(0o177);
    const handle = makeSocket(name, -1, -1);
    process.umask(mask);
    if (typeof handle === 'number') throw new BindError(errorName(handle), path);
    chmodSync(name, mode);
    return bound(handle, 0);
  } finally {
    process.chdir(before);
  }
}

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

function bound(handle: RawSocket, port: number): BoundSocket {
  return {
    handle,
    port,
    [Symbol.dispose]: () => {
      handle.close();
    },
  };
}
