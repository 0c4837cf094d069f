// Starts the courier where the operator configured a place outside, and keeps it running: before the hub, and ended after it.
// Between the two the supervisor passes frames on and reads none of them.
import { RelayEnd } from '@holdfast/platform/frame-relay';
import { LaunchedChild } from './child.ts';
import { groundOf } from './child-ground.ts';
import { keepSilent } from './kept-child.ts';
import { Keeper } from './keeper.ts';
import { type CourierStart } from './settings.ts';
import { type Site } from './site.ts';

/** The two ends of the way between hub and courier. */
export interface CourierEnds {
  readonly hub: RelayEnd;
  readonly courier: RelayEnd;
}

/** A courier whose process loads while the database starts. */
export interface LaunchedCourier {
  /** Lets it work; disposing of what is returned ends it. Throws `childFailed`. */
  start(): Promise<AsyncDisposable>;
}

/** Where the courier finds the hub. */
const HUB_FD = 4;
/** How long it may take to end, in milliseconds. What it was sending then is sent again by the next one. */
const FAREWELL = 2_000;

/** Ties the ends. A hub that asks while there is no courier is told so at once. */
export function joinEnds(): CourierEnds {
  const ends = { hub: new RelayEnd(), courier: new RelayEnd({ gone: true }) };
  RelayEnd.join(ends.hub, ends.courier);
  return ends;
}

/** Launches it, where there is something for it to do. It waits for `start`. */
export function launchCourier(site: Site, end: RelayEnd): LaunchedCourier | undefined {
  const { mail, singleSignOn } = site.config.file;
  if (mail === null && singleSignOn === null) return undefined;
  const ground = groundOf(site, 'courier', { mounts: [], network: true });
  const launch = (): LaunchedChild => {
    const extra = ['pipe' as const, site.hubLock.descriptor];
    const launched = new LaunchedChild({ ...ground, extra, log: site.logs.of('courier') });
    end.attach(launched.end(HUB_FD));
    return launched;
  };
  const start = startOf(site);
  const first = launch();
  return { start: async () => await keepCourier(site, start, { first, launch }) };
}

function startOf({ config, secrets }: Site): CourierStart {
  const { mail, singleSignOn } = config.file;
  const { mailPassword, issuerSecret } = secrets;
  const why = 'it is what servers of the operator know the courier by';
  return {
    type: 'start',
    settings: {
      mail: mail && {
        host: mail.host,
        port: mail.port,
        security: mail.security,
        from: mail.from,
        user: mail.user,
        certificates: config.certificates.mail,
      },
      issuer: singleSignOn && {
        address: singleSignOn.issuer,
        clientId: singleSignOn.clientId,
        scopes: singleSignOn.scopes,
        groupsClaim: singleSignOn.groupsClaim,
        asksAnew: singleSignOn.asksAnew,
        hosts: singleSignOn.hosts,
        certificates: config.certificates.issuer,
      },
    },
    secrets: {
      ...(mailPassword !== undefined && { mailPassword: mailPassword.reveal(why) }),
      ...(issuerSecret !== undefined && { issuerSecret: issuerSecret.reveal(why) }),
    },
  };
}

interface Launches {
  readonly first: LaunchedChild;
  readonly launch: () => LaunchedChild;
}

async function keepCourier(site: Site, start: CourierStart, launches: Launches): Promise<AsyncDisposable> {
  let next: LaunchedChild | undefined = launches.first;
  const keeper = await Keeper.open({
    name: 'courier',
    start: async () => {
      const launched = next ?? launches.launch();
      next = undefined;
      return keepSilent(await launched.begin(start, site.config.file.timeouts.start), FAREWELL);
    },
    report: (message) => {
      site.console.warn(message);
    },
  });
  return { [Symbol.asyncDispose]: () => keeper.stop() };
}
