// Says in the log that the notary does not keep up, for who watches no metrics.
import { IncidentWatch } from '@holdfast/platform/incident-watch';
import { type Log } from '@holdfast/platform/log';
import { type LedgerLag } from './lag.ts';

/** Seconds that an entry may wait: the notary takes a tenth of one. */
const MOST_SECONDS = 5;

/** Tells of entries that wait for too long, and of their end. */
export function watchLag(
  lag: Pick<LedgerLag, 'read' | 'seconds'>,
  log: Pick<Log, 'warn' | 'info'>,
): IncidentWatch<number> {
  return new IncidentWatch({
    read: async () => {
      await lag.read();
      return Number.isNaN(lag.seconds) ? undefined : lag.seconds;
    },
    isWrong: (seconds) => seconds > MOST_SECONDS,
    tell(isWrong, seconds) {
      if (isWrong) log.warn({ seconds }, 'the notary is behind: entries of the ledger wait to be signed');
      else log.info({ seconds }, 'the notary has caught up');
    },
  });
}
