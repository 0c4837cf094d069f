// What a program of the machine needs beside /usr.
import { existsSync, lstatSync, readlinkSync } from 'node:fs';

const SYSTEM_FOLDERS = ['/lib', '/lib32', '/lib64', '/libx32', '/bin', '/sbin'];

/** Links and folders of the system beside /usr: `[path, target]`, and `undefined` for a folder. */
export function readSystem(): (readonly [path: string, target: string | undefined])[] {
  return SYSTEM_FOLDERS.filter((path) => existsSync(path)).map((path) => [
    path,
    lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined,
  ]);
}
