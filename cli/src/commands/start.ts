// `./holdfast start`: runs the instance until it is told to stop.
import { openConfig } from '@holdfast/supervisor/config/config';
import { listUnknownVariables } from '@holdfast/supervisor/config/env';
import { type Command, type Flags } from '../command.ts';
import { EXIT } from '../failure.ts';
import { usageRejected } from '../faults.ts';
import { readVersion } from '../version.ts';

/** Runs the hub with everything it needs. */
export const start: Command = {
  name: 'start',
  doc: 'Set everything up and run the hub until Ctrl-C',
  words: [],
  flags: {
    logs: { doc: 'Copy the logs to standard error' },
    'accept-loss': {
      doc: 'Go on with a restored database that lacks entries of the ledger: what they revoked was revoked again',
    },
    only: { value: 'postgres', doc: 'Start the embedded database alone, to dump or restore it' },
  },
  run: async ({ raw, place, console, flags }) => {
    const only = onlyOf(flags['only']);
    const { config, secrets } = await openConfig(raw, place);
    if (only !== undefined && config.database.kind === 'external')
      throw usageRejected(
        '--only postgres is for the embedded database, and DATABASE_URL names another',
        'unset DATABASE_URL, or dump that server with its own tools',
      );
    for (const name of listUnknownVariables(raw))
      console.warn(`${name} is no setting of Holdfast; misspelt?`);
    const { stop, abandon } = listenForSignals();
    // Only here: every other command would load it for nothing.
    const { superviseInstance } = await import('@holdfast/supervisor/supervisor');
    await superviseInstance({
      config,
      secrets,
      checkout: place.checkout,
      node: process.execPath,
      version: await readVersion(place.checkout),
      console,
      only,
      acceptLoss: flags['accept-loss'] === true,
      copyLogs: flags['logs'] === true,
      stop,
      abandon,
    });
    return EXIT.done;
  },
};

function onlyOf(word: Flags[string]): 'postgres' | undefined {
  if (word === undefined || word === 'postgres') return word;
  throw usageRejected(`--only ${String(word)} is no part that can be started alone`, 'write --only postgres');
}

// The first signal asks to stop in good order, the second at once.
function listenForSignals(): { stop: AbortSignal; abandon: AbortSignal } {
  const stop = new AbortController();
  const abandon = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (stop.signal.aborted) abandon.abort();
      else stop.abort();
    });
  return { stop: stop.signal, abandon: abandon.signal };
}
