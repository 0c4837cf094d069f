// What the base is made of: Debian's packages, and the arguments that have `mmdebstrap` put them together. Pure.
import { sha256 } from '@holdfast/kernel/digest';

/** Where the base comes from. */
export interface BaseSource {
  /** Address of a mirror of Debian. */
  readonly mirror: string;
  /** Address of a mirror of Debian's security updates; `null` for none. */
  readonly securityMirror: string | null;
  /** Debian's name of the release. */
  readonly suite: string;
  /** Packages that the operator wants in it, beside ours. */
  readonly packages: readonly string[];
}

/**
 * What authors of Spaces find everywhere: a Python with its headers and a compiler, for packages that come as source; git and
 * curl; and the libraries that wheels expect from the system, such as OpenCV's.
 */
const PACKAGES: readonly string[] = [
  'ca-certificates',
  'curl',
  'g++',
  'gcc',
  'git',
  'git-lfs',
  'libc6-dev',
  'libgl1',
  'libglib2.0-0',
  'libgomp1',
  'libsm6',
  'libsndfile1',
  'libxext6',
  'make',
  'pkg-config',
  'procps',
  'python3',
  'python3-dev',
  'python3-venv',
  'unzip',
  'util-linux',
  'xz-utils',
];

/** Of no use where nobody reads a manual: 50 MiB. Licences stay. */
const LEFT_OUT: readonly string[] = [
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
];

/** The name of what this source gives. */
export function recipeDigest(source: BaseSource): string {
  return sha256(JSON.stringify(mmdebstrapArguments(source, '')));
}

/** Debian's keys, on this machine and in the base alike: no mirror is believed without them. */
const KEYS = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';

/** The lines of `sources.list`. */
export function sourceLines(source: Pick<BaseSource, 'mirror' | 'securityMirror' | 'suite'>): string[] {
  const { mirror, securityMirror, suite } = source;
  return [
    `deb ${KEYS} ${mirror} ${suite} main`,
    ...(securityMirror === null
      ? []
      : [
          `deb ${KEYS} ${mirror} ${suite}-updates main`,
          `deb ${KEYS} ${securityMirror} ${suite}-security main`,
        ]),
  ];
}

/** Options for apt where there is one user alone: it cannot become `_apt` for its downloads. */
export const APT_OPTIONS: readonly string[] = ['APT::Sandbox::User "root"', 'Acquire::Retries "3"'];

const OWN_FILES = ['hosts', 'hostname', 'resolv.conf'];

/** How the line begins that tells the digest of what was made. */
export const DIGEST_LINE = 'holdfast-base-digest ';

/**
 * The arguments of `mmdebstrap`, which runs as the one user of its sandbox. It mounts nothing by itself: it would mount a
 * `devpts` for a group that does not exist there, so that hooks lend the chroot what the sandbox has.
 */
export function mmdebstrapArguments(source: BaseSource, target: string): string[] {
  return [
    '--mode=root',
    '--format=directory',
    '--variant=minbase',
    '--skip=check/empty',
    '--skip=chroot/mount',
    '--skip=output/dev',
    '--skip=output/mknod',
    ...APT_OPTIONS.map((option) => `--aptopt=${option}`),
    // What is not whole is thrown away: every package need not be on disk before the next.
    '--dpkgopt=force-unsafe-io',
    ...LEFT_OUT.map((option) => `--dpkgopt=${option}`),
    `--include=${[...PACKAGES, ...source.packages].join(',')}`,
    '--extract-hook=mount --rbind /dev "$1/dev" && mount --rbind /proc "$1/proc"',
    '--customize-hook=umount -l "$1/dev" "$1/proc"',
    // What tells of this machine is left empty: each sandbox gets its own.
    ...OWN_FILES.map((name) => `--customize-hook=rm -f "$1/etc/${name}" && : > "$1/etc/${name}"`),
    `--customize-hook=chroot "$1" tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --one-file-system -cf - etc usr var opt | sha256sum | sed 's/^/${DIGEST_LINE}/' >&2`,
    source.suite,
    target,
    ...sourceLines(source),
  ];
}

/** The Pythons among the names in /usr/bin, such as `3.11`, the newest first. */
export function pythonsAmong(names: readonly string[]): string[] {
  const minors = names
    .map((name) => /^python3\.(\d{1,2})$/.exec(name)?.[1])
    .filter((minor) => minor !== undefined)
    .map(Number);
  return minors.sort((one, other) => other - one).map((minor) => `3.${String(minor)}`);
}
