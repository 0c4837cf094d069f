// Control groups of version 2, played in a temporary folder by the rules that the kernel has for them: a group has the files of the
// controllers that its parent hands out, hands out none while it holds processes, and takes no process while it hands out some.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { type GroupTree } from '../src/control-group-tree.ts';

const FILES: Readonly<Record<string, readonly string[]>> = {
  memory: ['memory.max', 'memory.swap.max', 'memory.oom.group', 'memory.current', 'memory.stat'],
  pids: ['pids.max', 'pids.current'],
  cpu: ['cpu.max', 'cpu.stat'],
};
const CONTROLLERS = ['cpu', 'memory', 'pids'];

/** A tree in which this process is in one group. */
export class PlayedGroups implements GroupTree, Disposable {
  readonly root: string;
  readonly own: string;
  /** What was done, in order, with paths below the root. */
  readonly done: string[] = [];
  /** Files that this kernel has not. */
  readonly #lacks: ReadonlySet<string>;
  /** The groups that the user may change, and all below them. */
  readonly #delegated: string;

  /** @param group where this process is; @param options.delegated below which all belongs to the user; everything, where it is absent; @param options.controllers that the group has */
  constructor(
    group: string,
    options: {
      readonly delegated?: string;
      readonly lacks?: readonly string[];
      readonly said?: string;
      readonly controllers?: readonly string[];
    } = {},
  ) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-groups-'));
    this.root = join(folder, 'cgroup');
    this.own = join(folder, 'own');
    this.#lacks = new Set(options.lacks);
    this.#delegated = '/';
    writeFileSync(this.own, `0::${options.said ?? group}\n`);
    mkdirSync(this.root);
    this.#fill(this.root, CONTROLLERS);
    let path = this.root;
    for (const name of group.split('/').filter(Boolean)) {
      path = join(path, name);
      this.make(path);
      // Handed on as systemd does it: to each that has groups below, and not further.
      writeFileSync(join(dirname(path), 'cgroup.subtree_control'), CONTROLLERS.join(' '));
      this.#fill(path, CONTROLLERS);
    }
    if (options.controllers !== undefined)
      writeFileSync(join(path, 'cgroup.controllers'), options.controllers.join(' '));
    writeFileSync(join(path, 'cgroup.procs'), `${String(process.pid)}\n`);
    this.done.length = 0;
    this.#delegated = options.delegated ?? '/';
  }

  make(path: string): void {
    this.#requireRight(dirname(path));
    mkdirSync(path);
    this.#fill(path, this.#words(dirname(path), 'cgroup.subtree_control'));
    this.#note('make', path);
  }

  write(path: string, text: string): void {
    const [group, name] = [dirname(path), basename(path)];
    this.#requireRight(group);
    if (!existsSync(path)) throw refusal('EACCES', path);
    if (name === 'cgroup.subtree_control') this.#handOut(group, text);
    else if (name === 'cgroup.procs') this.#move(group, text);
    else if (name === 'cgroup.kill') writeFileSync(join(group, 'cgroup.procs'), '');
    else writeFileSync(path, text);
    this.#note(`write ${text}`, path);
  }

  remove(path: string): void {
    this.#requireRight(dirname(path));
    const holds = this.#words(path, 'cgroup.procs').length > 0;
    const entries = readdirSync(path, { withFileTypes: true });
    if (holds || entries.some((entry) => entry.isDirectory())) throw refusal('EBUSY', path);
    rmSync(path, { recursive: true });
    this.#note('remove', path);
  }

  /** What a file of a group says. */
  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8').trim();
  }

  /** Groups below one, in order. */
  below(path: string): string[] {
    return readdirSync(join(this.root, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .toSorted();
  }

  #note(what: string, path: string): void {
    this.done.push(`${what}: /${relative(this.root, path)}`);
  }

  #requireRight(group: string): void {
    const path = `/${relative(this.root, group)}/`;
    if (!path.startsWith(this.#delegated === '/' ? '/' : `${this.#delegated}/`))
      throw refusal('EACCES', group);
  }

  #fill(path: string, controllers: readonly string[]): void {
    const put = (name: string, text: string): void => {
      if (!this.#lacks.has(name) && !existsSync(join(path, name))) writeFileSync(join(path, name), text);
    };
    for (const name of ['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control', 'cgroup.kill'])
      put(name, '');
    writeFileSync(join(path, 'cgroup.controllers'), controllers.join(' '));
    // The root bounds nothing.
    if (path !== this.root)
      for (const name of controllers.flatMap((controller) => FILES[controller] ?? [])) put(name, 'max');
  }

  #handOut(group: string, text: string): void {
    const wanted = text.split(' ').map((word) => word.replace(/^\+/, ''));
    const [has, before] = [
      this.#words(group, 'cgroup.controllers'),
      this.#words(group, 'cgroup.subtree_control'),
    ];
    if (wanted.some((name) => !has.includes(name))) throw refusal('ENOENT', group);
    if (group !== this.root && this.#words(group, 'cgroup.procs').length > 0) throw refusal('EBUSY', group);
    const now = [...new Set([...before, ...wanted])].toSorted();
    writeFileSync(join(group, 'cgroup.subtree_control'), now.join(' '));
    for (const name of this.below(relative(this.root, group))) this.#fill(join(group, name), now);
  }

  #move(group: string, pid: string): void {
    if (group !== this.root && this.#words(group, 'cgroup.subtree_control').length > 0)
      throw refusal('EBUSY', group);
    for (const file of readdirSync(this.root, { recursive: true }).map(String))
      if (basename(file) === 'cgroup.procs') {
        const path = join(this.root, file);
        const others = readFileSync(path, 'utf8').split('\n').filter(Boolean);
        writeFileSync(
          path,
          others
            .filter((one) => one !== pid)
            .map((one) => `${one}\n`)
            .join(''),
        );
      }
    writeFileSync(
      join(group, 'cgroup.procs'),
      `${readFileSync(join(group, 'cgroup.procs'), 'utf8')}${pid}\n`,
    );
  }

  #words(group: string, file: string): string[] {
    return readFileSync(join(group, file), 'utf8').split(/\s+/).filter(Boolean);
  }

  [Symbol.dispose](): void {
    rmSync(dirname(this.root), { recursive: true });
  }
}

function refusal(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
