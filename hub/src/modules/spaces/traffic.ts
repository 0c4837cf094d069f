// What goes through the doors of Spaces, and what their doors refused, for who looks after the instance, and of an organisation's, for who
// administers it. It shows names of private Spaces and opens none of them.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { mayGovern, mayOversee, type Actor } from '#modules/access';
import { OrgScopeReader, TallyReader, type CountedSince } from '#modules/ledger';
import { doorMissing, trafficForbidden } from './faults.ts';
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
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURS = 48;
/** Spaces that are counted together. */
const MOST_SPACES = 200;

/** One Space, and what its door did by the hour. */
export interface SpaceDoor extends SpaceTraffic {
  readonly hours: readonly SpaceHour[];
  /** Too much was told to read it all: bytes that were told before then are not among those of the hours. */
  readonly sentBack: Date | undefined;
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
  ): Promise<Page<SpaceTraffic>> {
    if (!mayOversee(actor).allowed) throw trafficForbidden();
    return await this.#count(await new ProgramReader(this.#deps.db).list(page));
  }

  /** The same of one organisation, for who administers it; a page may be short, and go on all the same. */
  async listOf(
    actor: Actor,
    orgId: Id,
    page: { readonly limit: number; readonly after?: Id | undefined },
  ): Promise<Page<SpaceTraffic>> {
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
    const hours = await this.#hoursOf([spaceId], orgId);
    const counted = await this.#countedSince(hours[0]?.at ?? this.#deps.clock.now(), [spaceId], orgId);
    const sent = await new TallyReader(this.#deps.db).sentByHour(spaceId, counted);
    return {
      ...space,
      hours: hours.map((hour) => ({ ...hour, sentBytes: sent.hours.get(hour.at.getTime()) ?? 0 })),
      sentBack: sent.back,
    };
  }

  /** What the doors of the newest Spaces of an organisation did by the hour, for who administers it. Throws `space.traffic-forbidden`. */
  async hoursOfOrg(actor: Actor, orgId: Id): Promise<DoorHour[]> {
    const { items } = await this.listOf(actor, orgId, { limit: MOST_SPACES });
    return await this.#hoursOf(
      items.map(({ id }) => id),
      orgId,
    );
  }

  /** To an organisation it is told what happened since a Space is its own: before, the hosts and secrets were those of others. */
  async #countedSince(at: Date, spaces: readonly Id[], orgId: Id | undefined): Promise<CountedSince> {
    if (orgId === undefined) return { at };
    return { at, cameAt: await new OrgScopeReader(this.#deps.db).cameAt(orgId, spaces) };
  }

  async #hoursOf(spaces: readonly Id[], orgId: Id | undefined): Promise<DoorHour[]> {
    const { db, clock } = this.#deps;
    const last = Math.floor(clock.now().getTime() / HOUR_MS) * HOUR_MS;
    const since = new Date(last - (HOURS - 1) * HOUR_MS);
    const counted = await this.#countedSince(since, spaces, orgId);
    const tally = new TallyReader(db);
    const refusals = await tally.byHourOf(spaces, ['space.egress-refused'], counted);
    const secretUses = await tally.byHourOf(spaces, ['secret.used'], counted);
    return Array.from({ length: HOURS }, (_, n) => {
      const at = since.getTime() + n * HOUR_MS;
      return { at: new Date(at), doorRefusals: refusals.get(at) ?? 0, secretUses: secretUses.get(at) ?? 0 };
    });
  }

  async #count({ items, ...more }: Page<ListedProgram>, orgId?: Id): Promise<Page<SpaceTraffic>> {
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
      refusals: refusals.get(program.id) ?? 0,
      secretUses: secretUses.get(program.id) ?? 0,
      misplaced: misplaced.get(program.id) ?? 0,
    });
    return { items: items.map(counted), ...more };
  }
}
