// Opens every module with what it uses.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type HourRoots } from '@holdfast/platform/hour-keys';
import { type Log } from '@holdfast/platform/log';
import { type HubStart } from '@holdfast/supervisor/settings';
import { openContent } from '#modules/content';
import { signUpText } from '#modules/identity';
import { LedgerLag, Reads, Refusals } from '#modules/ledger';
import { LeakMatch } from '#modules/leaks';
import { Delivery, KeptMails, type Carrier } from '#modules/mail';
import { Downloads, Likes, Namespaces, Replay, RepoChanges, RepoReader, Repos, Turns } from '#modules/repos';
import { type RemovalsPlace } from '#modules/removals';
import { type RunnerLink } from '#modules/spaces';
import {
  Authentication,
  DeviceLogins,
  FoundTokens,
  OrgTokens,
  PushedTokens,
  Tokens,
  TokenUses,
} from '#modules/tokens';
import { type IssuerLink } from '#modules/sso';
import { openCentre } from './centre.ts';
import { openActors, openReach } from './credential-actors.ts';
import { openFoundation, type Foundation } from './foundation.ts';
import { openLargeObjects } from './large-objects.ts';
import { openApplications, openPeople } from './people.ts';
import { openSpaces, type OpenVault } from './spaces.ts';

interface Shared {
  /** Of which keys of what passes are derived. */
  readonly hours: HourRoots;
  /** Has the supervisor remember which removal was written down last. */
  readonly keepHead: RemovalsPlace['keepHead'];
  readonly log: Log;
  readonly clock: Clock;
  /** Absent where no mail server is configured. */
  readonly carrier: Carrier | undefined;
  /** Absent where there is no single sign-on. */
  readonly issuer: IssuerLink | undefined;
  /** Absent where no programs of Spaces are run. */
  readonly runner: RunnerLink | undefined;
  readonly vault: OpenVault;
}

function openMail(
  { db, keys }: Pick<Foundation, 'db' | 'keys'>,
  { publicUrl, port }: HubStart['settings'],
  shared: Shared,
): { readonly keptMails: KeptMails; readonly delivery: Delivery } {
  const hub = publicUrl ?? `http://localhost:${port}`;
  const links = { hub, signUpText: (id: string) => signUpText(keys, id) };
  const { clock } = shared;
  return {
    keptMails: new KeptMails({ db, clock, ...links }),
    delivery: new Delivery({ ...shared, db, ...links }),
  };
}

function openPeopleAndTokens(foundation: Foundation, settings: HubStart['settings'], shared: Shared) {
  const { issuer, vault } = shared;
  const links = { issuer, vault: settings.vault ? vault : undefined };
  const people = openPeople(foundation, settings, links);
  return { ...people, ...openTokens(foundation, people) };
}

function openLeaks({ db, clock, threads }: Pick<Foundation, 'db' | 'clock' | 'threads'>, log: Log) {
  const pushedTokens = new PushedTokens({ db, clock, log });
  return { leaks: new LeakMatch({ threads, found: pushedTokens }), pushedTokens };
}

/** Opens the modules. Disposing the result closes what they stand on. */
export async function openModules(start: HubStart, shared: Shared) {
  const { limits, scratch, publicUrl, postgres } = start.settings;
  await using opened = new AsyncDisposableStack();
  const foundation = opened.use(await openFoundation(start, shared));
  const { db, clock, epochs, space } = foundation;
  const [reads, uses] = [new Reads({ db, clock }), new TokenUses({ db, clock })];
  const repos = new Repos({ db, clock, epochs, uses });
  const large = openLargeObjects(foundation, start.settings);
  const { blobs, room } = large;
  const [turns, { leaks, pushedTokens }] = [new Turns(), openLeaks(foundation, shared.log)];
  const content = openContent({
    ...{ db, clock, epochs, repos, reads, blobs, room, turns, limits, scratch, space, leaks },
    host: publicUrl === null ? 'localhost' : new URL(publicUrl).hostname,
    // The embedded database serves this hub alone; its refs can then be remembered in the process.
    soleHub: postgres.embedded,
  });
  const actors = openPeopleAndTokens(foundation, start.settings, shared);
  const known = { ...foundation, repos, reads, content: content.content, blobs, leaks };
  const parts = { ...known, vault: shared.vault, actorOf: openActors(actors), reachOf: openReach(actors) };
  const spaces = opened.use(openSpaces(parts, start.settings, shared.runner));
  const running = opened.move();
  return {
    ...foundation,
    ...large,
    reads,
    refusals: new Refusals({ db, clock }),
    ledgerLag: new LedgerLag({ db, clock }),
    repos,
    ...{ uses, pushedTokens, anonymousMayRead: start.settings.access === 'anonymous' },
    ...actors,
    ...openMail(foundation, start.settings, shared),
    changes: new RepoChanges({ db, clock, epochs, repos, uses, room, turns, space, leaks }),
    ...{ namespaces: new Namespaces({ db, clock, epochs }), replay: new Replay({ db, clock, epochs }) },
    likes: new Likes({ db, clock, uses }),
    downloads: new Downloads({ db, clock }),
    ...content,
    ...spaces,
    centre: openCentre(foundation, { ...parts, runs: spaces.runs }),
    // Last: what is spread above has one of its own.
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function openTokens(
  { db, clock, epochs, keys, removals }: Pick<Foundation, 'db' | 'clock' | 'epochs' | 'keys' | 'removals'>,
  people: Parameters<typeof openApplications>[1],
) {
  const authentication = new Authentication({ db, clock, keys, epochs, removals });
  const hasSeen = (digest: Sha256): boolean => authentication.hasSeen(digest);
  const { sessions, throttle } = people;
  return {
    authentication,
    ...openApplications({ db, clock, epochs, keys }, { sessions, throttle }),
    deviceLogins: new DeviceLogins({ db, clock, keys, sessions }),
    tokens: new Tokens({ db, clock, epochs, keys, removals }),
    foundTokens: new FoundTokens({ db, clock, epochs, removals, hasSeen }),
    orgTokens: new OrgTokens({
      ...{ db, clock, keys, epochs, removals },
      namespacesOf: async (ids) => await new RepoReader(db).namespacesOf(ids),
    }),
  };
}

/** Every module, open. */
export type Modules = Awaited<ReturnType<typeof openModules>>;
