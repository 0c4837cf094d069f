// What the operator takes from users and members, also while the database is away: then it counts on this hub at once, and is
// done as soon as the database answers. What would leave nobody who administers is refused then, as it is otherwise, and said.
import { isFault } from '@holdfast/kernel/fault';
import { type Db } from '@holdfast/platform/postgres/database';
import { operatorFields, referencesOf, type Actor, type OperatorActor, type Role } from '#modules/access';
import { record } from '#modules/ledger';
import { type Removal, type Removals } from '#modules/removals';
import { accountsForbidden } from './faults.ts';
import { type Identity } from './identity.ts';
import { type MemberName, type Members } from './members.ts';
import { AccountReader } from './store.ts';

/** What is taken from a user or a member. */
type Taken = TakenFromUser | TakenFromMember;
type TakenFromUser = Extract<Removal, { kind: 'user' }>;
type TakenFromMember = Extract<Removal, { kind: 'member' }>;

/** Whether an act is done and recorded; if not, it is taken. */
interface Outcome {
  readonly recorded: boolean;
  /** The organisations that nobody administers any more. */
  readonly ownerless: readonly string[];
}

interface Deps {
  readonly db: Db;
  readonly identity: Identity;
  readonly members: Members;
  readonly removals: Pick<Removals, 'doOrTake'>;
}

/** Takes rights away. */
export class TakenRights {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Disables a user. Throws `account.missing`, `account.last-administrator`. */
  async disable(actor: Actor, name: string): Promise<Outcome> {
    return await this.#take(actor, { kind: 'user', act: 'disable', name });
  }

  /** Ends all sessions of a user. Throws `account.missing`. */
  async signOut(actor: Actor, name: string): Promise<Outcome> {
    return await this.#take(actor, { kind: 'user', act: 'sign-out', name });
  }

  /** Makes an administrator an ordinary user. Throws what `disable` throws. */
  async demote(actor: Actor, name: string): Promise<Outcome> {
    return await this.#take(actor, { kind: 'user', act: 'demote', name });
  }

  /** Takes a user out of an organisation. Throws what `Members.remove` throws. */
  async removeMember(actor: Actor, { org, user }: MemberName): Promise<Outcome> {
    return await this.#take(actor, { kind: 'member', org, user, role: null });
  }

  /**
   * Gives a member this role. While the database is away nobody knows theirs: it is taken down to this one then, and never
   * raised. Throws what `Members.put` throws.
   */
  async putMember(actor: Actor, { org, user, role }: MemberName & { readonly role: Role }): Promise<Outcome> {
    return await this.#take(actor, { kind: 'member', org, user, role });
  }

  /** Does what was taken at that time. What cannot be done is recorded as refused. */
  async doTaken(removal: Taken, takenAt: Date): Promise<void> {
    const actor = { kind: 'operator', ...removal.operator } as const;
    try {
      await this.#do(actor, await this.#underPresentNames(removal), takenAt);
    } catch (error) {
      if (!isFault(error)) throw error;
      // Who never was, or is gone, has nothing that could be taken.
      if (error.kind === 'missing') return;
      await this.#recordRefused(actor, removal, { code: error.code, takenAt });
    }
  }

  async #take(
    actor: Actor,
    wish: Omit<TakenFromUser, 'operator'> | Omit<TakenFromMember, 'operator'>,
  ): Promise<Outcome> {
    // Who else may do such a thing only the database knows.
    if (actor.kind !== 'operator') throw accountsForbidden();
    const { osUser, terminal, command } = actor;
    const removal: Taken = { ...wish, operator: { osUser, terminal, command } };
    let ownerless: readonly string[] = [];
    const act = async (): Promise<void> => {
      ownerless = await this.#do(actor, removal, undefined);
    };
    const recorded = await this.#deps.removals.doOrTake(act, removal, 'operator');
    return { recorded, ownerless };
  }

  async #do(actor: Actor, removal: Taken, takenAt: Date | undefined): Promise<readonly string[]> {
    const { identity, members } = this.#deps;
    if (removal.kind === 'user') {
      const { name } = removal;
      if (removal.act === 'disable') return await identity.disableUser(actor, name, takenAt);
      if (removal.act === 'sign-out') await identity.signOutUser(actor, name, takenAt);
      else await identity.demote(actor, name, takenAt);
      return [];
    }
    const { org, user, role } = removal;
    if (role === null) await members.remove(actor, { org, user }, takenAt);
    else if (takenAt === undefined) await members.put(actor, { org, user, role });
    else await members.lower(actor, { org, user, role }, takenAt);
    return [];
  }

  // Who fears to be disabled may take another name as soon as the database is back, on a hub that knows of nothing.
  async #underPresentNames(removal: Taken): Promise<Taken> {
    const reader = new AccountReader(this.#deps.db);
    if (removal.kind === 'user') return { ...removal, name: await reader.presentName(removal.name) };
    const { org, user } = removal;
    return { ...removal, org: await reader.presentName(org), user: await reader.presentName(user) };
  }

  async #recordRefused(
    actor: OperatorActor,
    removal: Taken,
    { code, takenAt }: { readonly code: string; readonly takenAt: Date },
  ): Promise<void> {
    const personal =
      removal.kind === 'user' ? { user: removal.name } : { user: removal.user, org: removal.org };
    const act = removal.kind === 'user' ? removal.act : 'member';
    await this.#deps.db.transaction(async (tx) => {
      await record(tx, {
        kind: 'refusal.taken',
        subject: 'instance',
        ...referencesOf(actor),
        body: { code, act, takenAt: takenAt.toISOString() },
        personal: { ...personal, ...operatorFields(actor) },
      });
    });
  }
}
