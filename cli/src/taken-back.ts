// What an export of the ledger says was taken back, and can be taken back again by whoever has no more than that: tokens, access of
// users, memberships, applications. Pure. What was given again later is not taken: the last word of the export counts.
import { z } from 'zod';

/** An entry of an export, as far as it says who lost what. */
export const Entry = z.looseObject({
  hash: z.string().optional(),
  at: z.string(),
  kind: z.string(),
  subject: z.string(),
  /** JSON as text: what was signed. */
  body: z.string(),
});
export type Entry = z.infer<typeof Entry>;

const Body = z.record(z.string(), z.unknown());

/** What is taken from a user, by the word of the command that does it. */
export type UserAct = 'disable' | 'demote' | 'sign-out';

/** An application that was deleted, or what one user let it do. */
export interface EndedApplication {
  readonly application: string;
  readonly user?: string;
}

/** All that was taken back, by the ids of accounts and tokens. */
export class TakenBack {
  readonly tokens = new Set<string>();
  /** What only people can do again, and what was taken and given again: whoever gave it may be why there was a restore. */
  readonly byHand: Pick<Entry, 'at' | 'kind' | 'subject'>[] = [];
  readonly #acts: Readonly<Record<UserAct, Set<string>>> = {
    disable: new Set(),
    demote: new Set(),
    'sign-out': new Set(),
  };
  readonly #members = new Map<string, { readonly org: string; readonly user: string }>();
  readonly #applications = new Map<string, EndedApplication>();
  readonly #since: Date | undefined;

  /**
   * `since`: when the backup was made. What signs out, and what is left to people, counts from then on alone: both are no
   * state that a later entry undoes, and an export goes back to the first day.
   */
  constructor(since?: Date) {
    this.#since = since;
  }

  /** From whom what is taken. */
  get users(): { readonly id: string; readonly act: UserAct }[] {
    // A user who is disabled is signed out with that.
    return (['disable', 'demote', 'sign-out'] as const).flatMap((act) =>
      [...this.#acts[act]].map((id) => ({ id, act })),
    );
  }

  /** Who is no member of what. */
  get members(): { readonly org: string; readonly user: string }[] {
    return [...this.#members.values()];
  }

  /** Which applications were deleted, and which may nothing any more of what a user let them do. */
  get applications(): EndedApplication[] {
    return [...this.#applications.values()];
  }

  /** Takes one entry in, in the order of the export. */
  add(entry: Entry): void {
    const { at, kind, subject } = entry;
    const id = subject.slice(subject.indexOf(':') + 1);
    const isSince = this.#since === undefined || Date.parse(at) >= this.#since.getTime();
    if (kind === 'token.revoked') this.tokens.add(id);
    if (kind === 'application.deleted') this.#applications.set(id, { application: id });
    if (isSince && BY_HAND.has(kind)) this.#leave(entry);
    if (isSince && SIGNS_OUT.has(kind)) this.#acts['sign-out'].add(id);
    if (kind === 'account.disabled') this.#acts.disable.add(id);
    if (kind === 'account.enabled' && this.#acts.disable.delete(id)) this.#leave(entry);
    if (!WITH_BODY.has(kind)) return;
    const body = Body.safeParse(parseJson(entry.body));
    // Whoever took the hub over may record what no hub records; the rest of the export shall count all the same.
    if (body.success) this.#addWithBody(entry, { id, isSince, body: body.data });
    else this.#leave(entry);
  }

  #addWithBody(entry: Entry, of: { id: string; isSince: boolean; body: z.infer<typeof Body> }): void {
    const { kind } = entry;
    const { id, isSince, body } = of;
    // A user who was deleted is there again. Deleting may be refused, and then they are at least out.
    if (kind === 'account.deleted' && body['type'] === 'user') this.#acts.disable.add(id);
    if (kind === 'account.administrator-set') {
      if (body['administrator'] === false) this.#acts.demote.add(id);
      else if (this.#acts.demote.delete(id)) this.#leave(entry);
    }
    if (kind.startsWith('application.')) this.#addAuthorization(kind, { user: id, isSince, body });
    const user = body['user'];
    if (typeof user !== 'string') return;
    if (isSince && OUTDATES.has(kind)) this.#acts['sign-out'].add(user);
    if (kind === 'org.member-removed') this.#members.set(`${id} ${user}`, { org: id, user });
    const isGiven = kind === 'org.member-set' || kind === 'org.member-joined';
    if (isGiven && this.#members.delete(`${id} ${user}`)) this.#leave(entry);
  }

  // What was said yes to anew since may be less than what the backup has, and was said of something else where it ended in between: it
  // ends too, and the next sign-in asks. A yes that the backup has stays.
  #addAuthorization(
    kind: string,
    { user, isSince, body }: { user: string; isSince: boolean; body: z.infer<typeof Body> },
  ): void {
    const application = body['application'];
    if (typeof application !== 'string') return;
    const key = `${application} ${user}`;
    if (kind === 'application.revoked' || isSince) this.#applications.set(key, { application, user });
    else this.#applications.delete(key);
  }

  // Once, though it may be both of a kind for people and given again.
  #leave({ at, kind, subject }: Entry): void {
    const last = this.byHand.at(-1);
    if (last?.at === at && last.kind === kind && last.subject === subject) return;
    this.byHand.push({ at, kind, subject });
  }
}

/** Whether entries of this kind say that something was taken back, or given again. */
export function isTaking(kind: string): boolean {
  const one = ['token.revoked', 'account.disabled', 'account.enabled', 'application.deleted'];
  return [BY_HAND, SIGNS_OUT, WITH_BODY].some((kinds) => kinds.has(kind)) || one.includes(kind);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What of these is to be done again stands in their bodies. */
const WITH_BODY: ReadonlySet<string> = new Set([
  ...['account.deleted', 'account.administrator-set', 'session.ended', 'session.renewed', 'session.rotated'],
  ...['org.member-removed', 'org.member-set', 'org.member-joined'],
  ...['application.revoked', 'application.authorized'],
]);

/** After these a cookie of the user opens nothing any more that the backup has as one that opens a session. */
const OUTDATES: ReadonlySet<string> = new Set(['session.ended', 'session.renewed', 'session.rotated']);

/** After these a session of the user from before is over; which ones there were nobody can tell any more, so all end. */
const SIGNS_OUT: ReadonlySet<string> = new Set([
  ...['account.signed-out', 'account.password-reset', 'account.password-changed'],
  ...['account.passkey-removed', 'account.second-factor-added', 'account.sign-on-disconnected'],
]);

/** Part of it, or all, is for people: what stands in its place now cannot be told from an entry. */
const BY_HAND: ReadonlySet<string> = new Set([
  'account.invitation-revoked',
  // An old password, device, code, key or account elsewhere opens the account again.
  ...['account.password-reset', 'account.password-changed', 'account.passkey-removed'],
  ...['account.second-factor-added', 'account.second-factor-removed', 'account.recovery-codes-renewed'],
  ...['account.sign-on-disconnected', 'token.reach-ended'],
  ...['org.member-set', 'org.transferred', 'org.policy-changed'],
  ...['org.second-factor-required', 'repo.settings-changed', 'secret.deleted'],
  ...['space.paused', 'space.egress-set'],
]);
