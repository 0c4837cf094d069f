// `./holdfast help` and `./holdfast version`.
import { VARIABLES, type Variable } from '@holdfast/supervisor/config/env';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { usageRejected } from '../faults.ts';
import { printResult } from '../print.ts';
import { readVersion } from '../version.ts';
import { flagsOf, usageOf } from '../words.ts';

/** The help, over the commands it describes. */
export function helpOn(commands: readonly Command[]): Command {
  return {
    name: 'help',
    doc: 'Show this',
    words: ['[COMMAND…]'],
    flags: {},
    run: (call) => {
      const start = call.rest.join(' ');
      const asked = commands.filter(({ name }) => start === '' || `${name} `.startsWith(`${start} `));
      if (asked.length === 0)
        throw usageRejected(`there is no command \`${start}\``, 'see `./holdfast help` for all of them');
      const [only] = asked;
      const text = asked.length === 1 && only !== undefined ? describeCommand(only) : overview(asked);
      const list = asked.map(({ name, doc, words, flags }) => ({ name, doc, words, flags }));
      printResult(call.json, { commands: list, settings: listSettings() }, text);
      return Promise.resolve(EXIT.done);
    },
  };
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, doc }) => `    ${name.padEnd(width)}  ${doc}`);
  return `Holdfast, a self-hosted hub for models, datasets and apps

Use: ./holdfast COMMAND

${lines.join('\n')}

Every command takes --help to show what else, and, except test, check and bench, --json. Settings are variables of the environment: see
\`./holdfast help settings\`.`;
}

/** Every setting. */
export const helpSettings: Command = {
  name: 'help settings',
  doc: 'Show every setting',
  words: [],
  flags: {},
  run: (call) => {
    const settings = listSettings();
    const lines = settings.map(
      ({ name, doc, fallback }) =>
        `${name}\n    ${doc}${fallback === undefined || fallback === '' ? '' : ` (default: ${fallback})`}`,
    );
    const more = 'Everything else is in the configuration file; docs/configuration.md lists its members.';
    printResult(call.json, settings, `${lines.join('\n')}\n\n${more}`);
    return Promise.resolve(EXIT.done);
  },
};

function listSettings(): { name: string; doc: string; fallback: string | undefined; secret: boolean }[] {
  return Object.entries<Variable<unknown>>(VARIABLES).map(([name, { doc, fallback, secret }]) => ({
    name,
    doc,
    fallback,
    secret: secret === true,
  }));
}

/** What one command takes. */
export function describeCommand(command: Command): string {
  const flags = Object.entries(flagsOf(command)).map(
    ([name, flag]) => `    --${name}${flag.value === undefined ? '' : ` ${flag.value}`}\n        ${flag.doc}`,
  );
  return `${command.doc}\n\nUse: ${usageOf(command)}\n\n${flags.join('\n')}`;
}

/** The version. */
export const version: Command = {
  name: 'version',
  doc: 'Show the version',
  words: [],
  flags: {},
  run: async (call) => {
    const holdfast = await readVersion(call.place.checkout);
    printResult(
      call.json,
      { holdfast, node: process.version },
      `Holdfast ${holdfast} (Node ${process.version})`,
    );
    return EXIT.done;
  },
};
