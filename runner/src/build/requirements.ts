// Reads what an author wrote into requirements.txt and packages.txt, and says in words what a build here cannot do: it reaches
// package indexes and nothing else. Pure. All Spaces of a machine share the thread that reads them, and the vault takes it for dead when it is
// silent for two seconds: whatever is looked for in a line takes time in proportion to its length, and a line is bounded.

/** A file without what a build does not need, or what is wrong with it. */
export type Checked =
  | { readonly kind: 'fine'; readonly text: string }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

const MOST_PROBLEMS = 10;
const LONGEST_SHOWN = 120;
/** Characters of a line, with those that continue it. What pip needs most of it for are hashes: 80 characters for each file of a package. */
const LONGEST_LINE = 16 * 1_024;
const TOO_LONG = `a line may have ${String(LONGEST_LINE)} characters, with those that continue it`;
/** The newest that a distribution's name may be; Debian's rule, with a bound. */
const DEBIAN_PACKAGE = /^[a-z0-9][a-z0-9+.-]{0,99}[a-z0-9+]$/;
const MOST_PACKAGES = 200;

/** Checks one of the files that `pip` would read. `indexes` are the addresses that the operator named. */
export function checkRequirements(name: string, text: string, indexes: readonly string[]): Checked {
  const known = new Set(indexes.map(withoutSlash));
  const [problems, kept]: [string[], string[]] = [[], []];
  for (const { line, number } of joinContinued(text)) {
    const outcome = judge(line, known);
    if (outcome === 'keep') kept.push(`${line}\n`);
    else if (outcome !== 'leave')
      problems.push(`${name}, line ${String(number)} (${shorten(line)}): ${outcome}`);
    if (problems.length === MOST_PROBLEMS) break;
  }
  return problems.length > 0 ? { kind: 'wrong', problems } : { kind: 'fine', text: kept.join('') };
}

/** The names of packages.txt, in order and each once. */
export function checkPackages(text: string): Checked {
  const problems: string[] = [];
  const names = new Set<string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const isLong = raw.length > LONGEST_LINE;
    const where = (what: string): string => `packages.txt, line ${String(index + 1)} (${shorten(what)})`;
    if (isLong) problems.push(`${where(raw)}: ${TOO_LONG}`);
    for (const word of isLong ? [] : withoutComment(raw).split(/\s+/).filter(Boolean))
      if (DEBIAN_PACKAGE.test(word)) names.add(word);
      else
        problems.push(
          `${where(word)}: this is not the name of a Debian package; one name a line, without options`,
        );
  }
  if (names.size > MOST_PACKAGES)
    problems.push(`packages.txt: it has more than ${String(MOST_PACKAGES)} names`);
  if (problems.length > 0) return { kind: 'wrong', problems: problems.slice(0, MOST_PROBLEMS) };
  return { kind: 'fine', text: [...names].sort().join('\n') };
}

type Judgement = 'keep' | 'leave' | (string & {});

function judge(line: string, indexes: ReadonlySet<string>): Judgement {
  if (line === '') return 'leave';
  if (line.length > LONGEST_LINE) return TOO_LONG;
  if (line.startsWith('-')) return judgeOption(line, indexes);
  if (/^(?:\.{1,2}(?:\/|\[|$)|\/|file:)/i.test(line) || isPath(line))
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
    .split(/\r\n|[\r\n]/)
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

// Two repeats in one pattern, with a slash between them that either may take, would be tried for each slash of the line.
function isPath(line: string): boolean {
  return /^[\w./-]+$/.test(line) && line.slice(1, -1).includes('/');
}

// Of a pattern that goes on to the end, each sign would be tried to the end where that is not reached: at one of Unicode's ends of lines.
function withoutComment(line: string): string {
  const sign = line.startsWith('#') ? 0 : line.search(/\s#/);
  return (sign === -1 ? line : line.slice(0, sign)).trim();
}

function withoutSlash(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}

function shorten(line: string): string {
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line;
}
