// The runner's process: reads what the supervisor says, makes Spaces run as the hub wants them, and ends them when told to or
// left alone.
import { openInheritedChannel } from '@holdfast/platform/channel';
import { openLog } from '@holdfast/platform/log';
import { closeStrayDescriptors } from '@holdfast/platform/stray-descriptors';
import { RunnerStart } from '@holdfast/supervisor/settings';
import { openRunner } from './runner.ts';

/** Where the supervisor hands over the ways to hub and vault. */
const HUB_FD = 4;
const VAULT_FD = 5;

// What it makes is read by the users of sandboxes; the folder around it is closed to everybody else.
process.umask(0o022);

// What we have open, every sandbox would have.
closeStrayDescriptors(VAULT_FD);
await using channel = openInheritedChannel();
const log = openLog('runner');
try {
  const { settings } = RunnerStart.parse(await channel.next());
  const stopped = Promise.withResolvers<void>();
  channel.onFrame(() => stopped.resolve());
  void channel.closed.then(() => stopped.resolve());
  await using hub = openInheritedChannel(HUB_FD);
  await using vault = openInheritedChannel(VAULT_FD);
  // Whom nobody can tell to end anything must not go on.
  void hub.closed.then(() => stopped.resolve());
  await using _runner = await openRunner(settings, { hub, vault, log });
  channel.send({ type: 'ready' });
  await stopped.promise;
} catch (error) {
  log.error({ err: error }, 'the runner failed');
  process.exitCode = 1;
  channel.send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}
