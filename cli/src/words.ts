// Turns the words of a command line into a command and its flags. Pure. What is not understood is refused: a misspelt
// flag must not be left out in silence.
import { usageRejected } from './faults.ts';
import { type Command, type Flag, type Flags } from './command.ts';

/** A command and what was written for it. */
export interface Words {
  readonly command: Command;
  readonly flags: Flags;
  readonly rest: readonly string[];
}

// Flags that every command takes.
const SHARED_FLAGS: { readonly json: Flag; readonly help: Flag } = {
  json: { doc: 'Answer in JSON' },
  help: { doc: 'Show what the command takes' },
};

/** The command these words name. Throws `usageRejected`. */
export function parseWords(words: readonly string[], commands: readonly Command[]): Words {
  const given = withoutShorthand(words);
  const command = longestMatch(given, commands);
  if (command === undefined) return helpOrRefusal(given, commands);
  const tail = given.slice(command.name.split(' ').length);
  const { flags, rest } = parseFlags(tail, command);
  const wanted = flags['help'] === true ? undefined : problemWith(command, flags, rest);
  if (wanted !== undefined) throw usageRejected(wanted, `the command is \`${usageOf(command)}\``);
  return { command, flags, rest: command.passesOn === true ? tail : rest };
}

/** `-h` is `--help`, and nothing at all, or help alone, is the command `help`. */
function withoutShorthand(words: readonly string[]): readonly string[] {
  const long = words.map((word) => (word === '-h' ? '--help' : word));
  return long.length === 0 || long[0] === '--help' ? ['help', ...long.slice(1)] : long;
}

// `admin org --help` shows the commands that begin so; `admin org` alone is not one of them.
function helpOrRefusal(given: readonly string[], commands: readonly Command[]): Words {
  const words = given.filter((word) => !word.startsWith('-'));
  const group = commands.filter(({ name }) => name.startsWith(`${words.join(' ')} `));
  const help = commands.find(({ name }) => name === 'help');
  if (help !== undefined && group.length > 0 && given.includes('--help'))
    return { command: help, flags: given.includes('--json') ? { json: true } : {}, rest: words };
  if (group.length > 0)
    throw usageRejected(
      `\`${words.join(' ')}\` is not a whole command`,
      `write one of ${group.map(({ name }) => `\`${name}\``).join(', ')}`,
    );
  throw usageRejected(`there is no command \`${words.join(' ')}\``, 'see `./holdfast help` for all of them');
}

/** The command as one line. */
export function usageOf(command: Command): string {
  const flags = Object.entries(command.flags).map(([name, flag]) => {
    const text = flag.value === undefined ? `--${name}` : `--${name} ${flag.value}`;
    return flag.required === true ? text : `[${text}]${flag.many === true ? '…' : ''}`;
  });
  return ['./holdfast', command.name, ...command.words, ...flags].join(' ');
}

function longestMatch(words: readonly string[], commands: readonly Command[]): Command | undefined {
  return commands
    .filter(({ name }) => name.split(' ').every((word, index) => words[index] === word))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

function problemWith(command: Command, flags: Flags, rest: readonly string[]): string | undefined {
  const missing = command.words[rest.length];
  if (missing?.startsWith('[') === false) return `${missing} is missing`;
  const extra = command.words.at(-1)?.endsWith('…]') === true ? undefined : rest[command.words.length];
  if (extra !== undefined) return `\`${extra}\` is one word too many`;
  const flag = Object.entries(command.flags).find(
    ([name, { required }]) => required === true && flags[name] === undefined,
  );
  return flag === undefined ? undefined : `--${flag[0]} is missing`;
}

/** The flags that a command takes. */
export function flagsOf(command: Command): Readonly<Record<string, Flag>> {
  const { json, help } = SHARED_FLAGS;
  return { ...command.flags, ...(command.passesOn === true ? { help } : { json, help }) };
}

function parseFlags(words: readonly string[], command: Command): { flags: Flags; rest: string[] } {
  const known = flagsOf(command);
  const flags: Record<string, string | true | readonly string[]> = {};
  const rest: string[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (!word.startsWith('-')) {
      rest.push(word);
      continue;
    }
    const [name = '', ...parts] = word.replace(/^--/, '').split('=');
    const flag = word.startsWith('--') && Object.hasOwn(known, name) ? known[name] : undefined;
    if (flag === undefined)
      throw usageRejected(
        `there is no flag ${word.split('=', 1)[0] ?? ''}`,
        `the command is \`${usageOf(command)}\``,
      );
    flags[name] = valueOf(
      { name, flag, before: flags[name], inline: parts.length === 0 ? undefined : parts.join('=') },
      queue,
    );
  }
  return { flags, rest };
}

interface Given {
  readonly name: string;
  readonly flag: Flag;
  readonly before: string | true | readonly string[] | undefined;
  readonly inline: string | undefined;
}

function valueOf(given: Given, queue: string[]): string | true | readonly string[] {
  const { name, flag, before, inline } = given;
  if (flag.value === undefined) {
    if (inline !== undefined) throw usageRejected(`--${name} takes no value`, 'leave out what follows it');
    return true;
  }
  const value = inline ?? queue.shift();
  if (value === undefined) throw usageRejected(`--${name} needs a value`, `write --${name} ${flag.value}`);
  if (flag.many === true) return [...(Array.isArray(before) ? (before as string[]) : []), value];
  if (before !== undefined) throw usageRejected(`--${name} is given twice`, 'give it once');
  return value;
}
