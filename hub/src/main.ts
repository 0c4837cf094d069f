// The hub's process: reads what the supervisor says, opens the application, and closes it when told to or left alone.
import { openInheritedChannel } from '@holdfast/platform/channel';
import { HourRoots, HoursDealt } from '@holdfast/platform/hour-keys';
import { openLog } from '@holdfast/platform/log';
import { HubStart } from '@holdfast/supervisor/settings';
import { openApp } from './app.ts';
import { EndpointSilence } from './endpoint-silence.ts';
import { KeptHeads } from './kept-heads.ts';

await using channel = openInheritedChannel();
const log = openLog('hub');
try {
  const start = HubStart.parse(await channel.next());
  const stopped = Promise.withResolvers<void>();
  const heads = new KeptHeads((frame) => channel.send(frame));
  const silence = new EndpointSilence();
  const hours = new HourRoots(start.secrets.hours);
  channel.onFrame((frame) => {
    const dealt = HoursDealt.safeParse(frame);
    if (dealt.success) hours.take(dealt.data.hours);
    else if (!heads.hear(frame) && !silence.hear(frame)) stopped.resolve();
  });
  // Without a supervisor nothing would end this process or its database: it goes when the supervisor goes.
  void channel.closed.then(() => stopped.resolve());
  await using app = await openApp(start, {
    log,
    silence,
    hours,
    keepHead: async (head) => await heads.keep(head),
  });
  const { adminCreated, removalsFlaw } = app;
  channel.send({ type: 'ready', adminCreated, ...(removalsFlaw && { removalsFlaw }) });
  await stopped.promise;
} catch (error) {
  log.error({ err: error }, 'the hub failed');
  channel.send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}
