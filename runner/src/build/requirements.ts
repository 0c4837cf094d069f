// Reads what an author wrote into requirements.txt and packages.txt, and says in words what a build here cannot do: it reaches
// package indexes and nothing else. Pure.

/** A file without what a build does not need, or what is wrong with it. */
export type Checked =
  | { readonly kind: 'fine'; readonly text: string }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

const MOST_PROBLEMS = 10;
const LONGEST_SHOWN = 120;
/** The newest that a distribution's name may be; Debian's rule, with a bound. */
const DEBIAN_PACKAGE = /^[a-z0-9][a-z0-9+.-]{0,99}[a-z0-9+]$/;
const MOST_PACKAGES = 200;

/** Checks one of the files that `pip` would read. `indexes` are the addresses that the operator named. */
export function checkRequirements(name: string, text: string, indexes: readonly string[]): Checked {
  const known = new Set(indexes.map(withoutSlash));
  const problems: string[] = [];
  const kept = joinContinued(text).flatMap(({ line, number }) => {
    const outcome = judge(line, known);
    if (outcome === 'keep') return [line];
    if (outcome !== 'leave') problems.push(`${name}, line ${String(number)} (${shorten(line)}): ${outcome}`);
    return [];
  });
  if (problems.length > 0) return { kind: 'wrong', problems: problems.slice(0, MOST_PROBLEMS) };
  return { kind: 'fine', text: kept.map((line) => `${line}\n`).join('') };
}

/** The names of packages.txt, in order and each once. */
export function checkPackages(text: string): Checked {
  const problems: string[] = [];
  const names = new Set<string>();
  for (const [index, raw] of text.split('\n').entries())
    for (const word of withoutComment(raw).split(/\s+/).filter(Boolean))
      if (DEBIAN_PACKAGE.test(word)) names.add(word);
      else
        problems.push(
          `packages.txt, line ${String(index + 1)} (${shorten(word)}): this is not the name of a Debian package; one name a line, without options`,
        );
  if (names.size > MOST_PACKAGES)
    problems.push(`packages.txt: it has more than ${String(MOST_PACKAGES)} names`);
  if (problems.length > 0) return { kind: 'wrong', problems: problems.slice(0, MOST_PROBLEMS) };
  return { kind: 'fine', text: [...names].sort().join('\n') };
}

type Judgement = 'keep' | 'leave' | (string & {});

function judge(line: string, indexes: ReadonlySet<string>): Judgement {
  if (line === '') return 'leave';
  if (line.startsWith('-')) return judgeOption(line, indexes);
  if (/^(?:\.{1,2}(?:\/|\[|$)|\/|file:)/i.test(line) || /^[\w./-]+\/[\w./-]+$/.test(line))
    return 'a path in the repository cannot be installed. Import the code from where it lies, or put it into a package on an index';
  const address = /(?:^|@\s*)((?:git|hg|svn|bzr)\+|https?:\/\/|file:)/i.exec(line)?.[1]?.toLowerCase();
  if (address === undefined) return 'keep';
  if (address === 'file:')
    return 'a path of a file system cannot be installed. Put the code into a package on an index';
  if (address.endsWith('+'))
    return 'a build reaches package indexes alone, and no repositories of code. Name a released version, or have the operator add an index that has this package (spaces.indexes)';
  return 'a build reaches package indexes alone, and no other addresses. Name the package and its version, or have the operator add an index that has it (spaces.indexes)';
}

const INDEX_OPTION = /^(?:-i|--index-url|--extra-index-url)(?:\s+|=)(\S+)$/;
const FREE_OPTION = /^--(?:pre|prefer-binary|only-binary|no-binary|require-hashes)(?:[\s=]|$)/;

function judgeOption(line: string, indexes: ReadonlySet<string>): Judgement {
  const index = INDEX_OPTION.exec(line)?.[1];
  if (index !== undefined)
    // All indexes of the operator are asked anyway.
    return indexes.has(withoutSlash(index))
      ? 'leave'
      : `builds ask the indexes that the operator named, and no others: ${[...indexes].join(', ')}. Leave the line out, or have the operator add this one (spaces.indexes)`;
  if (/^(?:-e|--editable)\b/.test(line))
    return 'a package cannot be installed as editable: leave "-e" and the path out';
  if (/^(?:-r|--requirement|-c|--constraint)\b/.test(line))
    return 'other files are not read. Put their lines here';
  if (/^(?:-f|--find-links)\b/.test(line))
    return 'packages come from an index alone. Have the operator add one that has them (spaces.indexes)';
  if (FREE_OPTION.test(line)) return line.startsWith('--require-hashes') ? 'leave' : 'keep';
  return 'this option is not known here';
}

// Lines that end with a backslash go on in the next.
function joinContinued(text: string): { line: string; number: number }[] {
  const joined: { line: string; number: number }[] = [];
  let open: { line: string; number: number } | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const goesOn = raw.endsWith('\\');
    const piece = goesOn ? raw.slice(0, -1) : raw;
    open = { line: (open?.line ?? '') + piece, number: open?.number ?? index + 1 };
    if (goesOn) continue;
    joined.push({ line: withoutComment(open.line), number: open.number });
    open = undefined;
  }
  if (open !== undefined) joined.push({ line: withoutComment(open.line), number: open.number });
  return joined;
}

function withoutComment(line: string): string {
  return line.replace(/(?:^|\s)#.*$/, '').trim();
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function shorten(line: string): string {
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line;
}
