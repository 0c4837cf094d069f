// `./holdfast start`: runs the instance until it is told to stop.
import { openConfig } from '@holdfast/supervisor/config/config';
import { listUnknownVariables } from '@holdfast/supervisor/config/env';
import { superviseInstance } from '@holdfast/supervisor/supervisor';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { readVersion } from '../version.ts';

/** Runs the hub with everything it needs. */
export const start: Command = {
  name: 'start',
  doc: 'Set everything up and run the hub until Ctrl-C',
  words: [],
  flags: { logs: { doc: 'Copy the logs to standard error' } },
  run: async ({ raw, place, console, flags }) => {
    const { config, secrets } = await openConfig(raw, place);
    for (const name of listUnknownVariables(raw))
      console.warn(`${name} is no setting of Holdfast; misspelt?`);
    const { stop, abandon } = listenForSignals();
    await superviseInstance({
      config,
      secrets,
      checkout: place.checkout,
      node: process.execPath,
      version: await readVersion(place.checkout),
      console,
      copyLogs: flags['logs'] === true,
      stop,
      abandon,
    });
    return EXIT.done;
  },
};

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
