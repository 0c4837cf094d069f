// What an export of the ledger says was taken back, and can be taken back again by whoever has no more than that: tokens, access of
// users, memberships. Pure. What was given again later is not taken: the last word of the export counts.
import { z } from 'zod';

/** An entry of an export, as far as it says who lost what. */
export const Entry = z.looseObject({
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

/** All that was taken back, by the ids of accounts and tokens. */
export class TakenBack {
  readonly tokens = new Set<string>();
  /** What only people can do again. */
  readonly byHand: Pick<Entry, 'at' | 'kind' | 'subject'>[] = [];
  readonly #acts: Readonly<Record<UserAct, Set<string>>> = {
    disable: new Set(),
    demote: new Set(),
    'sign-out': new Set(),
  };
  readonly #members = new Map<string, { readonly org: string; readonly user: string }>();

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

  /** Takes one entry in, in the order of the export. */
  add({ at, kind, subject, body: text }: Entry): void {
    const body = Body.parse(JSON.parse(text));
    const id = subject.slice(subject.indexOf(':') + 1);
    if (kind === 'token.revoked') this.tokens.add(id);
    else if (BY_HAND.has(kind)) this.byHand.push({ at, kind, subject });
    // A user who was deleted is there again, and can be disabled from here; deleting is for who may.
    const isDeleted = kind === 'account.deleted' && body['type'] === 'user';
    if (kind === 'account.disabled' || isDeleted) this.#acts.disable.add(id);
    if (kind === 'account.enabled') this.#acts.disable.delete(id);
    if (kind === 'account.administrator-set') {
      if (body['administrator'] === false) this.#acts.demote.add(id);
      else this.#acts.demote.delete(id);
    }
    if (SIGNS_OUT.has(kind)) this.#acts['sign-out'].add(id);
    const user = body['user'];
    if (typeof user !== 'string') return;
    if (kind === 'session.ended') this.#acts['sign-out'].add(user);
    if (kind === 'org.member-removed') this.#members.set(`${id} ${user}`, { org: id, user });
    if (kind === 'org.member-set' || kind === 'org.member-joined') this.#members.delete(`${id} ${user}`);
  }
}

/** After these a session of the user from before is over; which ones there were nobody can tell any more, so all end. */
const SIGNS_OUT: ReadonlySet<string> = new Set([
  ...['account.signed-out', 'account.password-reset', 'account.password-changed'],
  ...['account.passkey-removed', 'account.second-factor-added', 'account.sign-on-disconnected'],
]);

/** Part of it, or all, is for people: what stands in its place now cannot be told from an entry. */
const BY_HAND: ReadonlySet<string> = new Set([
  ...['account.deleted', 'account.renamed', 'account.invitation-revoked'],
  // An old password, device, code, key or account elsewhere opens the account again.
  ...['account.password-reset', 'account.password-changed', 'account.passkey-removed'],
  ...['account.second-factor-added', 'account.second-factor-removed', 'account.recovery-codes-renewed'],
  ...['account.sign-on-disconnected', 'token.reach-ended'],
  ...['org.member-set', 'org.transferred', 'org.policy-changed'],
  ...['org.second-factor-required', 'repo.deleted', 'repo.settings-changed', 'secret.deleted'],
  ...['space.paused', 'space.egress-set'],
]);
