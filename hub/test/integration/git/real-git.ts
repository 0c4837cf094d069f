// Runs the real git program in a repository of its own, with nothing of the machine's configuration.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { EncodedObject } from '../../../src/modules/git/object.ts';

/** The whole environment git runs in: nothing of the machine's or the user's configuration. */
export const ENV = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_AUTHOR_DATE: '1767323045 +0000',
  GIT_COMMITTER_NAME: 'Bob',
  GIT_COMMITTER_EMAIL: 'bob@example.org',
  GIT_COMMITTER_DATE: '1767323046 -0330',
};

/** A new repository of git that disappears with its scope. */
export class RealGit implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-git-'));

  constructor() {
    this.run(['init', '--quiet', '--initial-branch=main']);
  }

  bytes(args: readonly string[], input: string | Buffer = ''): Buffer {
    return execFileSync('git', args, { cwd: this.folder, env: ENV, input, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  run(args: readonly string[], input: string | Buffer = ''): string {
    return this.bytes(args, input).toString().trimEnd();
  }

  store(object: EncodedObject): string {
    return this.run(['hash-object', '-t', object.kind, '-w', '--stdin'], object.body);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Numbers that look random and are the same in every run. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
