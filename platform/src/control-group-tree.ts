// The kernel's control groups, as the tree of folders that they are: the kernel makes the files of a group with its folder, and takes
// them away with it. cgroups(7).
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';

/** Where control groups are, and how they are changed. What they say is read as files are. */
export interface GroupTree {
  /** The folder that they are mounted at. */
  readonly root: string;
  /** Path of the file that says in which groups this process is. */
  readonly own: string;
  /** Makes a group. Throws what making a folder throws. */
  make(path: string): void;
  /** Writes to a file that a group has. Throws what writing throws. */
  write(path: string, text: string): void;
  /** Removes a group without processes. Throws what removing a folder throws. */
  remove(path: string): void;
}

/** The kernel's. */
export const kernelGroups: GroupTree = {
  root: '/sys/fs/cgroup',
  own: '/proc/self/cgroup',
  make: (path) => {
    mkdirSync(path, { mode: 0o755 });
  },
  write: (path, text) => {
    writeFileSync(path, text);
  },
  remove: (path) => {
    rmdirSync(path);
  },
};
