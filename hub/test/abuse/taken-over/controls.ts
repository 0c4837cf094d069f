// What the hub itself may do. If one of these failed, a failure of the others would prove nothing.
import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { type Attempt } from './attempt.ts';
import { query } from './database.ts';
import { type StolenStart } from './order.ts';
import { perl } from './processes.ts';

/** Each of these succeeds in a hub that works. */
export function controls(start: StolenStart): Attempt[] {
  const { settings } = start;
  return [
    { name: 'query as its own role', act: () => query(start, 'select 1 as one') },
    {
      name: 'record an entry',
      act: () =>
        query(
          start,
          `insert into ledger.entry (kind, subject, actor, credential, body)
           values ('refusal.test', 'test:1', 'intruder', '', '{}')`,
        ),
    },
    { name: 'read its own memory map', act: () => readFileSync('/proc/self/maps', 'latin1').length },
    { name: 'list its objects', act: () => readdirSync(settings.objects) },
    {
      name: 'write among its objects',
      act: () => {
        writeFileSync(`${settings.objects}/../intruder`, 'x');
        unlinkSync(`${settings.objects}/../intruder`);
      },
    },
    { name: 'make a system call of its choice', act: () => perl('syscall(39) > 0 or $^O ne "linux" or 1') },
  ];
}
