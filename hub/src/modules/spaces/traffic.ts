// What goes through the doors of Spaces, and what their doors refused, for who looks after the instance, and of an organisation's, for who
// administers it. It shows names of private Spaces and opens none of them.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayGovern, mayOversee, type Actor } from '#modules/access';
import { OrgScopeReader, TallyReader, type CountedSince } from '#modules/ledger';
import { doorMissing, trafficForbidden } from './faults.ts';
import { PassedReader, PassedWriter } from './passed-store.ts';
import { type Runs } from './runs.ts';
import { ProgramReader, type ListedProgram } from './traffic-store.ts';
import { type Usage } from './wish.ts';

/** One Space. */
export interface SpaceTraffic extends ListedProgram {
  /** What its run moved, where this hub has one. */
  readonly usage: Usage | undefined;
  /** Since yesterday: requests that were not let out, uses of brokered secrets, and those where they did not belong. */
  readonly refusals: number;
  readonly secretUses: number;
  readonly misplaced: number;
}

/** What doors did within one hour. */
export interface DoorHour {
  readonly at: Date;
  /** Requests of apps that were not let out. */
  readonly doorRefusals: number;
  /** Uses of brokered secrets. */
  readonly secretUses: number;
}

/** The same of one door. */
export interface SpaceHour extends DoorHour {
  /** What it let out, by when it said so. */
  readonly sentBytes: number;
  /** What came back; `undefined`: within this hour a door told of something that was started before this was counted. */
  readonly receivedBytes: number | undefined;
}

/** Hours, the oldest first. */
interface DoorHours {
  readonly hours: readonly DoorHour[];
  /** Of what there was more than is counted, since when it is. */
  readonly back: { readonly [kind in keyof Omit<DoorHour, 'at'>]: Date | undefined };
}

/** A page of Spaces. */
interface TrafficPage extends Page<SpaceTraffic> {
  /** More happened than is counted: figures are of what happened since. */
  readonly back: Date | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURS = 48;
/** How long what passed is kept; more than is shown, for what a run told before is taken off. */
const KEPT_MS = 8 * DAY_MS;
/** Spaces that are counted together. */
const MOST_SPACES = 200;

/** One Space, and what its door did by the hour. */
export interface SpaceDoor extends SpaceTraffic {
  readonly hours: readonly SpaceHour[];
  readonly back: DoorHours['back'];
}

/** Doors of Spaces. */
export class Traffic {
  readonly #deps: { readonly db: Db; readonly clock: Clock; readonly runs: Runs | undefined };

  constructor(deps: { readonly db: Db; readonly clock: Clock; readonly runs: Runs | undefined }) {
    this.#deps = deps;
  }

  /** A page of Spaces that run programs, the newest first. Throws `space.traffic-forbidden`. */
  async list(
    actor: Actor,
    page: { readonly limit: number; readonly after?: Id | undefined },
  ): Promise<TrafficPage> {
    if (!mayOversee(actor).allowed) throw trafficForbidden();
    return await this.#count(await new ProgramReader(this.#deps.db).list(page));
  }

  /** The same of one organisation, for who administers it; a page may be short, and go on all the same. */
  async listOf(
    actor: Actor,
    orgId: Id,
    page: { readonly limit: number; readonly after?: Id | undefined },
  ): Promise<TrafficPage> {
    if (!mayGovern(actor, orgId).allowed) throw trafficForbidden();
    return await this.#count(await new ProgramReader(this.#deps.db).listOf(orgId, page), orgId);
  }

  /**
   * One Space, and what its door did by the hour, for who looks after the instance; or, where an organisation is named, for who administers
   * that, if the Space is its own. Throws `space.traffic-forbidden`, `space.no-door`.
   */
  async get(actor: Actor, spaceId: Id, orgId?: Id): Promise<SpaceDoor> {
    const may = orgId === undefined ? mayOversee(actor) : mayGovern(actor, orgId);
    if (!may.allowed) throw trafficForbidden();
    const found = await new ProgramReader(this.#deps.db).find(spaceId);
    // Of a Space of others one must not learn that it is there.
    if (found === undefined || (orgId !== undefined && found.namespaceId !== orgId)) throw doorMissing();
    const { namespaceId: _, ...program } = found;
    const [space] = (await this.#count({ items: [program] }, orgId)).items;
    if (space === undefined) throw doorMissing();
    const { hours, back } = await this.#hoursOf([spaceId], orgId);
    const counted = await this.#countedSince(hours[0]?.at ?? this.#deps.clock.now(), [spaceId], orgId);
    const passed = await new PassedReader(this.#deps.db).listHours(spaceId, counted);
    const bytesOf = ({ at }: DoorHour): Pick<SpaceHour, 'sentBytes' | 'receivedBytes'> => {
      const { sent, received } = passed.get(at.getTime()) ?? { sent: 0, received: 0 };
      return { sentBytes: sent, receivedBytes: received };
    };
    return { ...space, hours: hours.map((hour) => ({ ...hour, ...bytesOf(hour) })), back };
  }

  /**
   * What the doors of the newest Spaces of an organisation did by the hour, for who administers it, and whether it may have more. Throws
   * `space.traffic-forbidden`.
   */
  async hoursOfOrg(actor: Actor, orgId: Id): Promise<DoorHours & { readonly isOfNewest: boolean }> {
    if (!mayGovern(actor, orgId).allowed) throw trafficForbidden();
    const { items, next } = await new ProgramReader(this.#deps.db).listOf(orgId, { limit: MOST_SPACES });
    const hours = await this.#hoursOf(
      items.map(({ id }) => id),
      orgId,
    );
    return { ...hours, isOfNewest: next !== undefined };
  }

  /** Removes what passed so long ago that no page shows it. */
  async forget(): Promise<void> {
    const { db, clock } = this.#deps;
    await db.transaction((tx) => new PassedWriter(tx).cut(new Date(clock.now().getTime() - KEPT_MS)));
  }

  /** To an organisation it is told what happened since a Space is its own: before, the hosts and secrets were those of others. */
  async #countedSince(at: Date, spaces: readonly Id[], orgId: Id | undefined): Promise<CountedSince> {
    if (orgId === undefined) return { at };
    return { at, cameAt: await new OrgScopeReader(this.#deps.db).cameAt(orgId, spaces) };
  }

  async #hoursOf(spaces: readonly Id[], orgId: Id | undefined): Promise<DoorHours> {
    const { db, clock } = this.#deps;
    const last = Math.floor(clock.now().getTime() / HOUR_MS) * HOUR_MS;
    const since = new Date(last - (HOURS - 1) * HOUR_MS);
    const counted = await this.#countedSince(since, spaces, orgId);
    const tally = new TallyReader(db);
    const refusals = await tally.byHourOf(spaces, ['space.egress-refused'], counted);
    const secretUses = await tally.byHourOf(spaces, ['secret.used'], counted);
    const hours = Array.from({ length: HOURS }, (_, n) => {
      const at = since.getTime() + n * HOUR_MS;
      const doorRefusals = refusals.of.get(at) ?? 0;
      return { at: new Date(at), doorRefusals, secretUses: secretUses.of.get(at) ?? 0 };
    });
    return { hours, back: { doorRefusals: refusals.back, secretUses: secretUses.back } };
  }

  async #count({ items, ...more }: Page<ListedProgram>, orgId?: Id): Promise<TrafficPage> {
    const { db, clock, runs } = this.#deps;
    const tally = new TallyReader(db);
    const ids = items.map(({ id }) => id);
    const since = await this.#countedSince(new Date(clock.now().getTime() - DAY_MS), ids, orgId);
    const refusals = await tally.bySpaceOf(ids, ['space.egress-refused'], since);
    const secretUses = await tally.bySpaceOf(ids, ['secret.used'], since);
    const misplaced = await tally.bySpaceOf(ids, ['secret.misplaced', 'secret.echoed'], since);
    const counted = (program: ListedProgram): SpaceTraffic => ({
      ...program,
      usage: runs?.find(program.id)?.usage,
      refusals: refusals.of.get(program.id) ?? 0,
      secretUses: secretUses.of.get(program.id) ?? 0,
      misplaced: misplaced.of.get(program.id) ?? 0,
    });
    const backs = [refusals.back, secretUses.back, misplaced.back].flatMap((back) => back?.getTime() ?? []);
    const back = backs.length === 0 ? undefined : new Date(Math.max(...backs));
    return { items: items.map(counted), back, ...more };
  }
}
