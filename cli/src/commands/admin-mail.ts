// `./holdfast admin mail …`.
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { KeptMail } from '../answers.ts';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { formatTable, printResult } from '../print.ts';

/** Lists mail that was not sent. */
export const listMail: Command = {
  name: 'admin mail list',
  doc: 'List mail that was not sent, and why; with --json its text, too',
  words: [],
  flags: { language: { value: 'en|pt', doc: "Which language it is written in (default: each recipient's)" } },
  run: async (call) => {
    const language = call.flags['language'];
    const query = typeof language === 'string' ? { language } : {};
    const answer = await requestAdmin(call, { method: 'GET', path: ['mail'], query });
    const rows = z
      .array(KeptMail)
      .parse(answer)
      .map(({ createdAt, state, to, subject, problem }) => [createdAt, state, to, subject, problem]);
    printResult(call.json, answer, formatTable(['WRITTEN', 'STATE', 'TO', 'SUBJECT', 'WHY'], rows));
    return EXIT.done;
  },
};

/** Sees whether the mail server lets us in. */
export const checkMail: Command = {
  name: 'admin mail check',
  doc: 'Connect to the mail server and sign in; send nothing',
  words: [],
  flags: {},
  run: async (call) => {
    const answer = await requestAdmin(call, { method: 'POST', path: ['mail', 'check'] });
    printResult(call.json, answer, 'The mail server lets us in.');
    return EXIT.done;
  },
};
