// `./holdfast install`: everything that `start` needs, without starting. The launcher has done the most of it.
import { openPostgresBinaries } from '@holdfast/supervisor/postgres/binaries';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { printResult } from '../print.ts';

/** Brings Node, the dependencies and the links of the embedded PostgreSQL. */
export const install: Command = {
  name: 'install',
  doc: 'Bring Node and the dependencies, and start nothing',
  words: [],
  flags: {},
  run: (call) => {
    const postgres = openPostgresBinaries(call.place.checkout);
    printResult(call.json, { node: process.execPath, postgres }, 'Everything that is needed is there');
    return Promise.resolve(EXIT.done);
  },
};
