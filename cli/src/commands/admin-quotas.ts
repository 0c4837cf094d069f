// `./holdfast admin quota …`.
import { formatSize, parseSize } from '@holdfast/kernel/size';
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { Usage } from '../answers.ts';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { usageRejected } from '../faults.ts';
import { formatTable, printResult } from '../print.ts';

/** Lists what namespaces store and may store. */
export const listQuotas: Command = {
  name: 'admin quota list',
  doc: 'List what users and organisations store, and may store',
  words: [],
  flags: {},
  run: async (call) => {
    const answer = await requestAdmin(call, { method: 'GET', path: ['quotas'] });
    const rows = z
      .array(Usage)
      .parse(answer)
      .map(({ name, used, stored, limit, own }) => [
        name,
        formatSize(used),
        formatSize(stored),
        `${limit === null ? 'none' : formatSize(limit)}${own ? '' : ' (default)'}`,
      ]);
    printResult(call.json, answer, formatTable(['NAME', 'COUNTED', 'ON DISK', 'LIMIT'], rows));
    return EXIT.done;
  },
};

/** Limits a namespace. */
export const setQuota: Command = {
  name: 'admin quota set',
  doc: 'Limit what a user or an organisation may store: a SIZE like 500GB, or `none`',
  words: ['NAME', 'SIZE'],
  flags: {},
  run: async (call) => {
    const [name = '', size = ''] = call.rest;
    const bytes = size === 'none' ? null : parseSize(size);
    if (bytes === undefined) throw usageRejected(`\`${size}\` is not a size`, 'write 500GB, 1.5TiB or none');
    const answer = await requestAdmin(call, { method: 'POST', path: ['quotas', name], body: { bytes } });
    const limit = bytes === null ? 'as much as there is room for' : formatSize(bytes);
    printResult(call.json, answer, `${name} may store ${limit}`);
    return EXIT.done;
  },
};

/** Leaves a namespace to the default. */
export const clearQuota: Command = {
  name: 'admin quota clear',
  doc: 'Leave a user or an organisation to the configured limit',
  words: ['NAME'],
  flags: {},
  run: async (call) => {
    const [name = ''] = call.rest;
    const answer = await requestAdmin(call, { method: 'POST', path: ['quotas', name, 'clear'] });
    printResult(call.json, answer, `${name} may store what is configured for all`);
    return EXIT.done;
  },
};
