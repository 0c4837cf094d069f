// What the hub and its other programs tell in English sentences of apps, builds, the machine, the vault and mail, by a code: each has
// words in the other languages, or does not compile. What an author or another program wrote has no code, and is shown as it is. Pure.
// Invariant: `hub/test/integration/pages/told.test.ts` holds the forms against the programs that say them.

/**
 * The forms. A slot takes the rest of its line as short as it can: `{why}` what is told by itself, `{known}` what is told by itself in one
 * of the other forms, `{all}` some of these with semicolons between them, `{n}` a number, `{size}` one with its unit, those of `TAKES` what they name, and any other what stays as it is. Of two
 * that fit the first counts. None begins with a slot that takes anything: a build tells the lines of other programs, too.
 */
export const TOLD = {
  'app.no-file': 'There is no file {file} in the Space.',
  'app.no-program': 'the file that its README names is not there',
  'app.no-configuration': 'The Space has no configuration.',
  'app.variables-too-long': 'The variables of the Space are more than its program can be given. Delete some.',
  'app.not-written':
    'The files of the Space could not be written. It is tried again; the log of the hub says why, which its operator reads.',
  'app.taken-back':
    'What ran before was ended: it may have had a secret that was deleted, and nothing follows it yet.',
  'app.ended-too': 'What ran before has ended, too: {why}.',
  'app.ended-again': 'The app ended: {why}. It is started again in {n} s.',
  'app.ended': 'The app ended: {why}.',
  'app.not-started-again': 'The app could not start: {why}. It is started again in {n} s.',
  'app.not-started': 'The app could not start: {why}.',
  'app.exited': 'it exited with code {code}',
  'app.signal': 'it was ended by {signal}',
  'app.memory': 'it was killed, most likely because it used more memory than it has',
  'app.late': 'it did not accept connections on port {port} within {n} s',
  'app.no-secrets': 'it got no secrets: {why}',
  'app.replaced': 'something in it spoke in place of the program that this hub runs beside it',
  'app.door-ended': 'its door ended',
  'app.door-not-opened': 'its door could not be opened',
  'files.many': 'The Space has more than {n} files.',
  'files.large': 'The files of the Space have more than {size}.',
  'files.long-link': 'The link {path} is longer than a path can be.',
  'files.missing': 'The content of {path} was never uploaded.',
  'files.unwritable': 'The files of the Space cannot be written: {why}.',
  'files.outside': 'a path leads out of its folder',
  'files.no-link': 'the link {path} points to what is no path',
  'files.long-path': 'A path in the Space is longer than a file system takes.',
  'preload.many': '"preload_from_hub" leads to more than {n} files.',
  'preload.large': '"preload_from_hub" leads to more than {size}.',
  'preload.missing': '"preload_from_hub": the content of {path} was never uploaded.',
  'preload.no-file': '"preload_from_hub": {repo} has no file {path} at {revision}.',
  'preload.no-repo':
    '"preload_from_hub": there is no {repo} with a revision {revision} that everybody may read, or whoever pushed this.',
  'files.store-full': 'The server has no space left for uploads.',
  'machine.runs-none': 'This machine runs no apps: {why}',
  'machine.not-meant': 'the configuration says that this machine runs no apps',
  'machine.no-sandbox': 'no sandbox can be made on this machine: {all}',
  'machine.not-made': 'the sandbox could not be made: {said}',
  'machine.not-linux': 'only Linux can keep processes apart in the way Holdfast does',
  'machine.no-filter': 'this machine takes no filter of system calls from Holdfast',
  'machine.no-bubblewrap': 'bubblewrap is not installed (Debian: apt-get install bubblewrap)',
  'machine.no-setpriv': 'the program setpriv (Debian package util-linux) is missing',
  'machine.no-limits-set': 'setpriv or prlimit is missing (Debian: apt-get install util-linux)',
  'machine.no-gvisor':
    'gVisor, which the configuration asks for, is not installed (Debian: apt-get install runsc); spaces.runtime "bubblewrap" does without',
  'machine.bubblewrap-refused': 'bubblewrap cannot make a sandbox here: {said}',
  'machine.root-refused': 'root cannot become another user here: {said}',
  'machine.no-calls': 'there is no list of system calls for {name}',
  'machine.no-groups':
    'there is no control group in which Spaces could be limited, so that one of them could use up the machine. Start as root, or let systemd delegate one: systemd-run --user --scope -p Delegate=yes ./holdfast start, or Delegate=yes in its unit',
  'build.failed': 'The build failed: {why}',
  'build.ended-early': 'the build ended before it was done.',
  'build.no-installer':
    'uv, which installs packages, could not be fetched from the package index. Is it there, and does the index answer?',
  'build.environment': 'the environment could not be made.',
  'build.first-unresolved': 'pre-requirements.txt does not resolve.',
  'build.first-not-installed': 'a package of pre-requirements.txt could not be installed.',
  'build.unresolved':
    'the requirements do not resolve: no set of versions fits requirements.txt together with the SDK.',
  'build.not-installed': 'a package could not be installed.',
  'build.left-nothing': 'The build left no environment.',
  'build.given-up': 'The build was given up.',
  'build.door-ended':
    'The door of the build ended before the build had. Restart the Space to build it again.',
  'build.late': 'The build took longer than {why} and was ended.',
  'build.minutes': '{n} minutes',
  'build.seconds': '{n} seconds',
  'build.strained': 'The build was ended. {why}',
  'build.large': 'The build wrote more than {size} and was ended.',
  'build.files': 'The build made more than {n} files and was ended.',
  'build.folder': 'The build made a folder that cannot be looked into, and was ended.',
  'build.no-space':
    'The disk of this machine has no more free space than is kept for its database. Whoever runs it can make room; restart the Space then.',
  'build.memory': 'It needs more memory than a build may have, which is {size}.',
  'build.processes': 'It starts more processes and threads than a build may have at a time, which is {n}.',
  'build.memory-and-processes':
    'It needs more memory than a build may have, which is {size}. It starts more processes and threads than a build may have at a time, which is {n}.',
  'build.python':
    'python_version {version} is not there. This machine has {versions}: change python_version in README.md, or leave it out.',
  'packages.late': 'To install packages.txt took too long, and was ended.',
  'packages.strained': 'The packages of packages.txt could not be installed. {why}',
  'packages.not-installed': 'The packages of packages.txt could not be installed.',
  'packages.many': 'packages.txt: it has more than {n} names',
  'packages.name': 'this is not the name of a Debian package; one name a line, without options',
  'requirements.line': '{list}, line {n} ({line}): {why}',
  'requirements.long-line': 'a line may have {n} characters, with those that continue it',
  'requirements.no-file': '{list} is not a file',
  'requirements.large': '{list} is larger than {n} KiB',
  'requirements.link': '{list} is a link; it has to be a file',
  'requirements.path':
    'a path in the repository cannot be installed. Import the code from where it lies, or put it into a package on an index',
  'requirements.file': 'a path of a file system cannot be installed. Put the code into a package on an index',
  'requirements.repository':
    'a build reaches package indexes alone, and no repositories of code. Name a released version, or have the operator add an index that has this package (spaces.indexes)',
  'requirements.address':
    'a build reaches package indexes alone, and no other addresses. Name the package and its version, or have the operator add an index that has it (spaces.indexes)',
  'requirements.index':
    'builds ask the indexes that the operator named, and no others: {indexes}. Leave the line out, or have the operator add this one (spaces.indexes)',
  'requirements.editable': 'a package cannot be installed as editable: leave "-e" and the path out',
  'requirements.others': 'other files are not read. Put their lines here',
  'requirements.links':
    'packages come from an index alone. Have the operator add one that has them (spaces.indexes)',
  'requirements.option': 'this option is not known here',
  'readme.no-sdk': 'Missing configuration in README: "sdk" says how the Space is served',
  'readme.docker': 'This hub builds no containers: "sdk" must be gradio, streamlit or static, not docker',
  'readme.no-programs-why': 'This hub serves static Spaces; it does not run those with "sdk: {sdk}": {why}',
  'readme.no-programs': 'This hub serves static Spaces; it does not run those with "sdk: {sdk}"',
  'readme.app-file': '"app_file" must be the path of a file in the Space, such as {file}',
  'readme.static': '{key} has no effect: a static Space runs no program',
  'readme.no-effect': '{key} has no effect on this hub',
  'readme.unknown': '{key} means nothing to this hub',
  'readme.more-unknown': 'and {n} more keys mean nothing to this hub',
  'readme.more-wrong': 'and {n} more values are wrong',
  'readme.headers': '"custom_headers" must be a mapping of names to values',
  'readme.header-closed': 'the header {name} cannot be set: only {names} can',
  'readme.header-value': 'the header {name} must be one of {values}',
  'readme.more-headers': 'and {n} more headers cannot be set so',
  'readme.version': '{key} must be a version in quotes, such as {version}',
  'readme.door-port': '"app_port" cannot be {n}: the way out of the Space is there',
  'readme.port': '"app_port" must be a number from 1024 to 65535',
  'readme.startup': '"startup_duration_timeout" must be a time of 24 hours at most, such as 30m or 1h',
  'readme.names': '{key} must be a list of names',
  'readme.unclear-name':
    '{key} names {path}, which is not preloaded: a repository of this hub is named as "owner/name"',
  'readme.late-name':
    '{key} names {path}, which is not preloaded: {n} repositories are at most, first those of "preload_from_hub"',
  'readme.more-names': 'and {n} more names are not preloaded',
  'readme.hardware': '"suggested_hardware" names hardware that this hub does not have; it has {names}',
  'readme.preload':
    '"preload_from_hub" must be a list of repositories, each as "owner/name", and after it, where not everything is wanted, its files with commas between them and a revision; {n} of them at most',
  'readme.licence': '"license" {id} is not a known licence id: {why}',
  'readme.licence-meant': 'did you mean {meant}?',
  'readme.licence-other': 'use "other" with "license_name" for one that is not in the list',
  'readme.list': '{key} must be short text or a list of such; the rest is ignored',
  'readme.language': '"language" {code} is not a language code such as "en" or "pt-BR"',
  'readme.line': '{key} must be one line of text, of 256 characters at most',
  'readme.switch': '{key} must be true or false',
  'readme.one-of': '{key} must be one of {values}',
  'vault.sealed':
    'The vault is sealed: `./holdfast vault unseal` opens it. Spaces with secrets wait until then.',
  'vault.passphrase-needed':
    'The vault is sealed until it has its passphrase: `./holdfast vault unseal`. Spaces with secrets wait until then.',
  'vault.passphrase-wrong':
    'The vault is sealed: the passphrase that it was given is not that of its root key. `./holdfast vault unseal` asks for the right one. Spaces with secrets wait until then.',
  'vault.opening': 'The vault is being unsealed.',
  'vault.away': 'The vault is not running: Spaces with secrets wait until it is',
  'vault.restored':
    'The database came out of a backup. Nothing is handed over until the operator has accepted what it lacks: `./holdfast start --accept-loss`',
  'vault.keys-set-back':
    "The vault's journal ends at {n}, and the ledger knows of {number}: the keys were set back. Put back the ones of today, or start once with --accept-loss",
  'vault.ledger-short':
    'The ledger ends before what the vault did: its entry {n} is missing, and {number} is the last. The database was set back, or entries were deleted. Restore a newer one, or start once with --accept-loss',
  'vault.key-outdated':
    'The root key (vault/root.key among the keys) is not the one that the vaults of this database work with: it was rotated, begun anew or first made at another hub. Keep this file under another name, put a copy of the one of that hub in its place, and start again. Where there is none, `./holdfast start --accept-loss` goes on with this one if it opens all that is kept',
  'vault.missing':
    'The root key (vault/root.key among the keys) is missing. The values of all secrets are lost unless it is put back, and codes of second factors cannot be checked; nothing else is: repositories, accounts, tokens and the ledger do not need it. Put it back and start again; where it is lost for good, `./holdfast vault begin-anew` says what goes with it',
  'mail.no-recipient': 'The account has no address or is disabled, or the sign-up is over.',
  'mail.unreadable': 'What is kept of this mail cannot be read.',
  'mail.not-set-up': 'No mail server is configured.',
  'mail.no-courier': 'the courier is not there at the moment',
  'mail.busy': 'too much is asked at once',
  'mail.host-unknown': 'the name {host} of mail.host is not known; is it spelled right?',
  'mail.host-later': 'the name {host} cannot be looked up at the moment',
  'mail.nothing-listens': 'nothing listens on {host} port {n}; is the mail server up, and mail.port right?',
  'mail.no-answer': '{host} port {n} does not answer; does a firewall stop it?',
  'mail.no-way': 'there is no way to {host} from here',
  'mail.password': 'the mail server does not let {user} in; are mail.user and the password right?',
  'mail.no-password': 'the mail server wants a user and a password: set mail.user and mail.passwordFile',
  'mail.no-tls': 'the mail server offers no TLS, or none that can be checked; is mail.security right?',
  'mail.tls': 'TLS with the mail server failed; is mail.security right, and the certificate good?',
  'mail.certificate': 'its certificate is not good: {said}',
  // The server's number, after any of them.
  'mail.answered': '{known} ({n})',
} as const;
/** One of them. */
export type ToldCode = keyof typeof TOLD;

/** What a language says for each; one that has nothing for a code says it in English. */
export type ToldWords = Readonly<Partial<Record<ToldCode, string>>>;

/** A piece of a sentence, and whether the reader's language has it. */
export interface Piece {
  readonly text: string;
  readonly isEnglish: boolean;
}

/** How long a line is at most for which a form is looked for; a longer one is somebody else's. */
const LONGEST = 2_000;
const SLOT = /\{(\w+)\}/;
/** As `JSON.stringify` writes a text. */
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const TAKES: Readonly<Record<string, string>> = {
  n: String.raw`\d+`,
  number: String.raw`\d+`,
  size: String.raw`[\d.]+ [KMGT]?i?B`,
  // A name or an address, as the operator's settings have it.
  host: String.raw`\S+`,
  key: QUOTED,
  path: QUOTED,
  revision: QUOTED,
  repo: String.raw`(?:model|dataset) \S+`,
  list: String.raw`(?:pre-requirements|requirements|packages)\.txt`,
  // Not itself with a number after it: each would be looked into.
  known: String.raw`.+[^)]`,
};

const FORMS = Object.entries(TOLD).map(([code, form]) => ({
  code: code as ToldCode,
  pattern: new RegExp(
    `^${form
      .split(SLOT)
      .map((part, index) => (index % 2 === 0 ? escape(part) : `(?<${part}>${TAKES[part] ?? '.+?'})`))
      .join('')}$`,
  ),
}));

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** What a text says in the words of a language, line by line: what has no words there is as it was written. */
export function toldIn(words: ToldWords, text: string): Piece[][] {
  return text.split('\n').map((line) => piecesOf(words, line) ?? [{ text: line, isEnglish: true }]);
}

function piecesOf(words: ToldWords, line: string): Piece[] | undefined {
  if (line.length > LONGEST) return undefined;
  for (const { code, pattern } of FORMS) {
    const found = pattern.exec(line);
    if (found === null) continue;
    const { known } = found.groups ?? {};
    if (known !== undefined && piecesOf(words, known) === undefined) continue;
    const said = words[code];
    return said === undefined ? undefined : fill(words, said, found.groups ?? {});
  }
  return undefined;
}

function fill(words: ToldWords, said: string, values: Readonly<Record<string, string>>): Piece[] {
  const pieces = said.split(SLOT).flatMap((part, index) => {
    if (index % 2 === 0) return [{ text: part, isEnglish: false }];
    const value = values[part] ?? '';
    const own = [{ text: value, isEnglish: part === 'why' || part === 'said' }];
    if (part === 'all') return listedIn(words, value);
    return part === 'why' || part === 'known' ? (piecesOf(words, value) ?? own) : own;
  });
  return joined(pieces);
}

function listedIn(words: ToldWords, value: string): Piece[] {
  return value.split('; ').flatMap((one, index) => {
    const said = piecesOf(words, one) ?? [{ text: one, isEnglish: true }];
    return index === 0 ? said : [{ text: '; ', isEnglish: false }, ...said];
  });
}

/** Pieces of one language are one. */
function joined(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last?.isEnglish === piece.isEnglish) all.splice(-1, 1, { ...last, text: last.text + piece.text });
    else all.push(piece);
  }
  return all;
}
