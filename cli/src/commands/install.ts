// `./holdfast install`: everything that `start` needs, without starting. The launcher has done the most of it.
import { openPostgresBinaries } from '@holdfast/supervisor/postgres/binaries';
import { openPages } from '@holdfast/supervisor/page-build';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { printResult } from '../print.ts';

/** Brings Node, the dependencies, the links of the embedded PostgreSQL and the built pages. */
export const install: Command = {
  name: 'install',
  doc: 'Bring Node and the dependencies, and start nothing',
  words: [],
  flags: {},
  run: async (call) => {
    const { checkout } = call.place;
    const postgres = openPostgresBinaries(checkout);
    const node = process.execPath;
    const pages = await openPages({ checkout, node, tell: (line) => call.console.step(line) });
    printResult(call.json, { node, postgres, pages }, 'Everything that is needed is there');
    return EXIT.done;
  },
};
