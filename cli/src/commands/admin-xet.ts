// `./holdfast admin xet …`.
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { printResult } from '../print.ts';

/** Makes clients forget what they sent. */
export const forgetXet: Command = {
  name: 'admin xet forget',
  doc: 'Make clients send again what they remember as stored in REPO (NAMESPACE/NAME), or `all`: after a backup was restored',
  words: ['REPO'],
  flags: {},
  run: async (call) => {
    const [repo = ''] = call.rest;
    const body = { repo: repo === 'all' ? null : repo };
    const answer = await requestAdmin(call, { method: 'POST', path: ['xet', 'forget'], body });
    const { scopes } = z.object({ scopes: z.int() }).parse(answer);
    printResult(call.json, answer, `Clients send again what they sent to ${repo} (${scopes} addresses)`);
    return EXIT.done;
  },
};
