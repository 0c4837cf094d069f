// The courier's process: reads what the supervisor says, and works for the hub until it is told to stop or left alone.
import { Secret } from '@holdfast/kernel/secret';
import { openInheritedChannel } from '@holdfast/platform/channel';
import { openLog } from '@holdfast/platform/log';
import { CourierStart } from '@holdfast/supervisor/settings';
import { serveHub } from './courier.ts';
import { Issuer } from './issuer.ts';
import { MailServer } from './mail-server.ts';

/** The descriptor of the channel to the hub. */
const HUB_FD = 4;

await using channel = openInheritedChannel();
const log = openLog('courier');
try {
  const { settings, secrets } = CourierStart.parse(await channel.next());
  const stopped = Promise.withResolvers<void>();
  channel.onFrame(() => stopped.resolve());
  void channel.closed.then(() => stopped.resolve());
  const wrap = (text: string | undefined) => (text === undefined ? undefined : new Secret(text));
  const mail = settings.mail && new MailServer(settings.mail, wrap(secrets.mailPassword));
  const issuer = settings.issuer && new Issuer(settings.issuer, wrap(secrets.issuerSecret), log);
  await using hub = openInheritedChannel(HUB_FD);
  void hub.closed.then(() => stopped.resolve());
  serveHub(hub, { mail: mail ?? undefined, issuer: issuer ?? undefined }, log);
  channel.send({ type: 'ready' });
  await stopped.promise;
} catch (error) {
  log.error({ err: error }, 'the courier failed');
  process.exitCode = 1;
  channel.send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}
