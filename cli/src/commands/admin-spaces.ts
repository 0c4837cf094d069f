// `./holdfast admin space pause`.
import { requestAdmin } from '../admin-client.ts';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { printResult } from '../print.ts';
import { doneOrTaken } from '../taken.ts';

/** Pauses a Space. */
export const pauseSpace: Command = {
  name: 'admin space pause',
  doc: 'Pause SPACE (NAMESPACE/NAME): its app is ended, and nobody is served until who writes to it starts it again',
  words: ['SPACE'],
  flags: {},
  run: async (call) => {
    const [space = ''] = call.rest;
    const answer = await requestAdmin(call, { method: 'POST', path: ['spaces', 'pause'], body: { space } });
    const said = doneOrTaken(answer, { done: `Paused ${space}`, asked: `pause ${space}` });
    printResult(call.json, answer, said);
    return EXIT.done;
  },
};
