// `./holdfast admin mail …`.
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { KeptMail } from '../answers.ts';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { formatTable, printResult } from '../print.ts';

/** Lists mail that is kept. */
export const listMail: Command = {
  name: 'admin mail list',
  doc: 'List what people are to be told by mail; with --json the text too',
  words: [],
  flags: { language: { value: 'en|pt', doc: 'Which language it is written in (default: en)' } },
  run: async (call) => {
    const language = call.flags['language'];
    const query = typeof language === 'string' ? { language } : {};
    const answer = await requestAdmin(call, { method: 'GET', path: ['mail'], query });
    const rows = z
      .array(KeptMail)
      .parse(answer)
      .map(({ createdAt, to, subject }) => [createdAt, to, subject]);
    printResult(call.json, answer, formatTable(['WRITTEN', 'TO', 'SUBJECT'], rows));
    return EXIT.done;
  },
};
