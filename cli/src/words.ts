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

/** Flags that every command takes. */
export const SHARED_FLAGS: Readonly<Record<string, Flag>> = {
  json: { doc: 'Answer in JSON' },
  help: { doc: 'Show what the command takes' },
};

/** The command these words name. Throws `usageRejected`. */
export function parseWords(words: readonly string[], commands: readonly Command[]): Words {
  const given = words.length === 0 ? ['help'] : words;
  const command = longestMatch(given, commands);
  if (command === undefined)
    throw usageRejected(
      `there is no command \`${given.filter((word) => !word.startsWith('-')).join(' ')}\``,
      'see `./holdfast help` for all of them',
    );
  const tail = given.slice(command.name.split(' ').length);
  if (command.passesOn === true) return { command, flags: {}, rest: tail };
  const { flags, rest } = parseFlags(tail, command);
  const wanted = flags['help'] === true ? undefined : problemWith(command, flags, rest);
  if (wanted !== undefined) throw usageRejected(wanted, `the command is \`${usageOf(command)}\``);
  return { command, flags, rest };
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
  if (missing !== undefined) return `${missing} is missing`;
  const extra = rest[command.words.length];
  if (extra !== undefined) return `\`${extra}\` is one word too many`;
  const flag = Object.entries(command.flags).find(
    ([name, { required }]) => required === true && flags[name] === undefined,
  );
  return flag === undefined ? undefined : `--${flag[0]} is missing`;
}

function parseFlags(words: readonly string[], command: Command): { flags: Flags; rest: string[] } {
  const known = { ...command.flags, ...SHARED_FLAGS };
  const flags: Record<string, string | true | readonly string[]> = {};
  const rest: string[] = [];
  const queue = [...words];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (!word.startsWith('--')) {
      rest.push(word);
      continue;
    }
    const [name = '', ...parts] = word.slice(2).split('=');
    const flag = Object.hasOwn(known, name) ? known[name] : undefined;
    if (flag === undefined)
      throw usageRejected(`there is no flag --${name}`, `the command is \`${usageOf(command)}\``);
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
