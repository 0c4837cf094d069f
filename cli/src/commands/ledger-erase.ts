// `./holdfast ledger erase`: personal values beside entries, for who asks for it and for what is old.
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { usageRejected } from '../faults.ts';
import { FILTER, filterOf } from '../ledger-filter.ts';
import { printResult } from '../print.ts';

/** Erases personal values. */
export const eraseLedger: Command = {
  name: 'ledger erase',
  doc: 'Erase for good the personal values (addresses, names, mail) beside these entries; the entries and every proof stay',
  words: [],
  flags: FILTER,
  run: async (call) => {
    const body = filterOf(call);
    if (Object.keys(body).length === 0)
      throw usageRejected(
        'nothing says of which entries',
        'name one of --subject, --actor, --until and the others',
      );
    const answer = await requestAdmin(call, { method: 'POST', path: ['ledger', 'erase'], body });
    const { erased } = z.object({ erased: z.int() }).parse(answer);
    printResult(
      call.json,
      answer,
      `${String(erased)} personal values are erased; the ledger says that they were`,
    );
    return EXIT.done;
  },
};
