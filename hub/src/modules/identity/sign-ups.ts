// Lets people sign up by themselves, where the hub is open to everybody. Whoever asks is told the same in the same time, whether the
// mail address has an account or not: what follows comes by mail, to who reads it. A sign-up is an invitation of one's own: name
// and password are chosen behind its link, so that who only asks holds no name and has no password here.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { newId } from '@holdfast/kernel/id';
import { isMailAddress } from '@holdfast/kernel/mail-address';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { record } from '#modules/ledger';
import { writeMail, type Language } from '#modules/mail';
import { emailInvalid, signUpClosed, signUpLimited } from './faults.ts';
import { InvitationWriter } from './invitation-store.ts';
import { digestText, type SignUpPolicy } from './invitations.ts';
import { AccountReader } from './store.ts';

/** For how long the link of a mail is good. */
const LASTS_MS = 86_400_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Mails that one mail address gets in a day, so that nobody's box is filled through us. */
const MOST_TO_ADDRESS = 3;
/** What one caller has us send in an hour, so that nobody writes to strangers through us. */
const MOST_FROM_CALLER = 10;

/** Who asks. */
export interface Asking {
  readonly email: string;
  /** In which language they read us. */
  readonly language: Language;
}

/** The text of a sign-up's link. It is computed when the mail is sent: what lies in the database opens nothing. */
export function signUpText(keys: Keys, id: string): string {
  return keys.sign('sign-up', [id]);
}

/** Sign-ups of the instance. */
export class SignUps {
  readonly #deps: {
    readonly db: Db;
    readonly clock: Clock;
    readonly keys: Keys;
    readonly policy: SignUpPolicy;
  };

  constructor(deps: { db: Db; clock: Clock; keys: Keys; policy: SignUpPolicy }) {
    this.#deps = deps;
  }

  /**
   * Has a mail sent: with a link that makes an account, or where there is one, that somebody asked. Beyond a few a day the
   * address gets none, without a word. Throws `account.sign-up-closed`, `.email-invalid`, `.sign-up-limited`.
   */
  async ask(asking: Asking, from: { readonly address: string; readonly client: string }): Promise<void> {
    const { db, clock, keys, policy } = this.#deps;
    if (policy !== 'open') throw signUpClosed();
    if (!isMailAddress(asking.email)) throw emailInvalid();
    const now = clock.now();
    const caller = keys.mac('throttle', ['sign-up', from.address]).toString('hex') as Sha256;
    await db.transaction(async (tx) => {
      const writer = new InvitationWriter(tx);
      await writer.takeTurn(caller, asking.email);
      await writer.forgetAsked(ago(now, DAY_MS));
      if ((await writer.countAskedBy(caller, ago(now, HOUR_MS))) >= MOST_FROM_CALLER) throw signUpLimited();
      if ((await writer.countAskedFor(asking.email, ago(now, DAY_MS))) >= MOST_TO_ADDRESS) return;
      await this.#ask(tx, { ...asking, caller, now, place: placeOf(from, now) });
    });
  }

  // The same statements for who has an account and who has none, so that both take as long.
  async #ask(tx: Tx, { email, language, caller, now, place }: Noted): Promise<void> {
    const id = newId(now);
    const owner = (await new AccountReader(tx).findSignIn(email))?.account;
    await new InvitationWriter(tx).insert({
      id,
      digest: digestText(signUpText(this.#deps.keys, id)) as Sha256,
      email,
      ...{ orgId: null, role: null, inviterId: null },
      createdAt: now,
      expiresAt: new Date(now.getTime() + LASTS_MS),
      // Whoever has an account is sent no link, and what nobody has opens nothing.
      revokedAt: owner === undefined ? null : now,
      asked: { by: caller, language },
    });
    const facts =
      owner === undefined
        ? ({ kind: 'sign-up', invitation: id } as const)
        : ({ kind: 'sign-up-tried', ...place } as const);
    await writeMail(tx, { event: `sign-up:${id}`, recipientId: owner?.id ?? id, facts, at: now });
    await record(tx, {
      kind: 'account.sign-up-asked',
      subject: 'instance',
      actor: 'anonymous',
      credential: '',
      body: { invitation: id },
      personal: { email, address: place.address },
    });
  }
}

interface Noted extends Asking {
  readonly caller: Sha256;
  readonly now: Date;
  readonly place: { readonly address: string; readonly client: string; readonly at: string };
}

// Field by field: who asks has more, such as the mark of a known browser, which is to lie nowhere.
function placeOf({ address, client }: Omit<Noted['place'], 'at'>, now: Date): Noted['place'] {
  return { address, client, at: now.toISOString() };
}

function ago(now: Date, age: number): Date {
  return new Date(now.getTime() - age);
}
