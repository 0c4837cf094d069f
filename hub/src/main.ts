// The hub's process: reads what the supervisor says, opens the application, and closes it when told to or left alone.
import { openInheritedChannel } from '@holdfast/platform/channel';
import { openLog } from '@holdfast/platform/log';
import { HubStart } from '@holdfast/supervisor/settings';
import { openApp } from './app.ts';

await using channel = openInheritedChannel();
const log = openLog('hub');
try {
  const start = HubStart.parse(await channel.next());
  const stopped = Promise.withResolvers<void>();
  channel.onFrame(() => stopped.resolve());
  // Without a supervisor nothing would end this process or its database: it goes when the supervisor goes.
  void channel.closed.then(() => stopped.resolve());
  await using app = await openApp(start, log);
  channel.send({ type: 'ready', adminCreated: app.adminCreated });
  await stopped.promise;
} catch (error) {
  log.error({ err: error }, 'the hub failed');
  channel.send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}
