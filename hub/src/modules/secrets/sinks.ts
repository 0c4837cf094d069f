// Who holds or held the secrets of a Space, and where they could have copied them: what is known of each version, also of one that is
// deleted, and of a Space that is. It is read from the ledger alone, so that it is answered while the vault is away.
// Invariant: exact about what was handed over, never about what a holder did with it; what has no bound here is said to have none.
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayOversee, type Actor } from '#modules/access';
import { PossessionReader, type LogReads } from '#modules/ledger';
import { type RepoNames } from '#modules/repos';
import { readContactsBack, type ContactPiece, type RecordedContacts } from '#modules/spaces';
import { secretsForbidden, secretsNowhere } from './faults.ts';
import {
  factsOf,
  holdersOf,
  hostsOf,
  mergeReach,
  placeKey,
  reachAtSetting,
  SKEW_MS,
  type Holder,
  type HostSink,
  type RepositorySink,
  type SinkEntry,
  type VersionFacts,
} from './sinks-model.ts';
import { type ReachOf } from './token-reach.ts';

/** Where holders of a version could have copied it. */
export interface Sinks {
  /** Whom apps reached that had it. */
  readonly hosts: readonly HostSink[];
  /** Hosts that are not shown because there are so many. */
  readonly moreHosts: number;
  /** Names that nobody knew and hosts that did not answer, which apps asked for that had it. */
  readonly unanswered: number;
  /** Whose reads of the log may have shown it; `null`: no app had it. */
  readonly logs: LogReads | null;
  /** What could be written with tokens of this hub that the same runs had, or that it is itself. */
  readonly repositories: readonly RepositorySink[];
  /** There is more on record than was read, of which something may be missing here. */
  readonly incomplete: boolean;
}

/** A version, its holders and its sinks. */
export interface VersionSinks extends VersionFacts {
  readonly id: Id;
  /** The newest of them, in the order in which they began. */
  readonly holders: readonly Holder[];
  /** Some are not shown because there are so many; what they reached is not either. */
  readonly isCut: boolean;
  readonly sinks: Sinks;
}

/** Of one Space. */
export interface SpaceSinks {
  readonly id: Id;
  readonly name: string;
  readonly versions: readonly VersionSinks[];
  /** Older versions are not shown because there are so many. */
  readonly isCut: boolean;
  /** As it was asked for: hosts are told of by what was recorded before then. */
  readonly before: string | undefined;
  /** Hosts were read back to then, and what is on record from before it is asked for with this as `before`. `undefined`: all was read. */
  readonly back: string | undefined;
}

/** Which versions are asked for. */
export interface SinksAsked {
  /** Of the secret of this name alone. */
  readonly name?: string | undefined;
  /** Hosts by what was recorded before this alone: a text of RFC 3339. */
  readonly before?: string | undefined;
}

interface Deps {
  readonly db: Db;
  readonly repos: Pick<RepoNames, 'findSpace' | 'namesOf'>;
  readonly reachOf: ReachOf;
}

interface Version {
  readonly id: Id;
  readonly facts: VersionFacts;
  readonly entries: readonly SinkEntry[];
  readonly holders: readonly Holder[];
  readonly isCut: boolean;
}

/** What is read once for all versions. */
interface Read {
  readonly reaches: ReadonlyMap<Id, readonly RepositorySink[]>;
  /** Of a token there may be runs that had it and are not known here. */
  readonly isReachCut: boolean;
  readonly contacts: ReadonlyMap<Id, RecordedContacts>;
  /** Of whom runs reached that began to hold after this, in milliseconds since 1970, all is known. */
  readonly wholeSince: number;
}

const MOST_VERSIONS = 100;
/** Entries of one version that are read. */
const MOST_ENTRIES = 1_000;
/** More than a piece has, but for what somebody else wrote. */
const MOST_HOSTS = 2_000;

/** Answers it. */
export class SecretSinks {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * The versions of a Space's secrets, or of the one with this name; the newest first. The Space is named as `namespace/name`, or by its
   * id. Throws `secret.overview-forbidden`, `secret.no-such-space`.
   */
  async list(actor: Actor, space: string, { name, before }: SinksAsked = {}): Promise<SpaceSinks> {
    if (!mayOversee(actor).allowed) throw secretsForbidden();
    const { repos } = this.#deps;
    const id = parseId(space) ?? (await repos.findSpace(actor, space));
    if (id === undefined) throw secretsNowhere(space);
    const all = await this.#read(id, undefined);
    const { versions, isCut } = name === undefined ? all : await this.#read(id, name);
    if (all.versions.length === 0 && parseId(space) !== undefined) {
      const names = await repos.namesOf(actor, [id]);
      if (!names.has(id)) throw secretsNowhere(space);
    }
    const runs = [...new Set(versions.flatMap((version) => seenOf(version).map(({ run }) => run)))];
    const piece = await readContactsBack(this.#deps.db, id, { runs, before });
    const read: Read = {
      reaches: await this.#reachesOf(all.versions),
      isReachCut:
        all.isCut || all.versions.some(({ facts, isCut: isOneCut }) => facts.token !== null && isOneCut),
      contacts: piece.runs,
      wholeSince: wholeSince(piece, before),
    };
    const shown: VersionSinks[] = [];
    for (const version of versions)
      shown.push({
        ...{ id: version.id, ...version.facts, holders: version.holders, isCut: version.isCut },
        sinks: await this.#sinksOf(id, version, read),
      });
    const names = await repos.namesOf(actor, [id]);
    return { id, name: names.get(id) ?? id, versions: shown, isCut, before, back: piece.back };
  }

  async #read(
    space: Id,
    name: string | undefined,
  ): Promise<{ readonly versions: readonly Version[]; readonly isCut: boolean }> {
    const reader = new PossessionReader(this.#deps.db);
    const subjects = await reader.listVersions(space, { name, limit: MOST_VERSIONS + 1 });
    const versions: Version[] = [];
    for (const subject of subjects.slice(0, MOST_VERSIONS)) {
      const newest = await reader.listOf(subject, MOST_ENTRIES);
      const entries = newest.toReversed();
      const set = await reader.findSetting(subject);
      if (set !== undefined && entries[0]?.hash !== set.hash) entries.unshift(set);
      const reach = await reader.findReach(subject);
      if (reach !== undefined) entries.push(reach);
      const facts = factsOf(entries);
      if (facts === undefined) continue;
      const id = subject.replace('secret:', '') as Id;
      versions.push({
        id,
        facts,
        entries,
        holders: holdersOf(entries),
        isCut: newest.length === MOST_ENTRIES,
      });
    }
    return { versions, isCut: subjects.length > MOST_VERSIONS };
  }

  /** What each run could have written, by the tokens of this hub that it had. */
  async #reachesOf(versions: readonly Version[]): Promise<Map<Id, RepositorySink[]>> {
    const reaches = new Map<Id, RepositorySink[]>();
    for (const { facts, entries, holders } of versions) {
      if (facts.token === null) continue;
      const of = { token: facts.token, secret: facts.name };
      const now = await this.#deps.reachOf(facts.token);
      const reach = mergeReach(of, reachAtSetting(entries) ?? [], now);
      for (const run of new Set(holders.map((holder) => holder.run)))
        reaches.set(run, [...(reaches.get(run) ?? []), ...reach]);
    }
    return reaches;
  }

  async #sinksOf(
    space: Id,
    version: Version,
    { reaches, isReachCut, contacts, wholeSince: whole }: Read,
  ): Promise<Sinks> {
    const seen = seenOf(version);
    const runs = new Set(seen.map(({ run }) => run));
    const known = [...runs].flatMap((run) => contacts.get(run) ?? []);
    const hosts = hostsOf(seen, contacts);
    const logs = await this.#logReads(space, seen);
    // A token that only its door had was used for the app all the same: what it wrote with it could be a copy of another secret.
    const repositories = new Map(
      version.holders
        .flatMap(({ run }) => reaches.get(run) ?? [])
        .map((one) => [`${one.token} ${placeKey(one)}`, one] as const),
    );
    return {
      hosts: hosts.slice(0, MOST_HOSTS),
      moreHosts: Math.max(0, hosts.length - MOST_HOSTS),
      unanswered: known.reduce((sum, one) => sum + one.unanswered, 0),
      logs,
      repositories: [...repositories.values()],
      incomplete:
        isReachCut ||
        version.isCut ||
        seen.some(({ from }) => from.getTime() <= whole) ||
        hosts.length > MOST_HOSTS ||
        logs?.isCut === true,
    };
  }

  /** While an app had it, and after: what it wrote stays to be read. */
  async #logReads(space: Id, seen: readonly Holder[]): Promise<LogReads | null> {
    const [first] = seen;
    if (first === undefined) return null;
    return await new PossessionReader(this.#deps.db).countLogReads(space, first.from, new Date(FAR_AWAY));
  }
}

/**
 * A host that a holder reached is on record after the holder began; what was read back to before that is all of it. What was read from a
 * time in between says nothing of later.
 */
function wholeSince({ back, isDamaged }: ContactPiece, before: string | undefined): number {
  if (isDamaged || before !== undefined) return Infinity;
  return back === undefined ? -Infinity : Date.parse(back) + SKEW_MS;
}

/** Later than any entry. */
const FAR_AWAY = '9999-12-31T00:00:00Z';

/** Those that had it in the app. */
function seenOf({ holders }: Version): readonly Holder[] {
  return holders.filter(({ by, ended }) => by !== 'door' && ended?.how !== 'aborted');
}
