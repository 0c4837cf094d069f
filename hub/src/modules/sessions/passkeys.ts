// Passkeys (WebAuthn): added, asked for, removed. What a device answers is checked by @simplewebauthn/server.
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { type Clock } from '@holdfast/kernel/clock';
import { newId, type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Db } from '@holdfast/platform/postgres/database';
import { isFreshlyProved, mayCredentials, referencesOf, type Actor } from '#modules/access';
import { credentialsForbidden, proofNeeded } from '#modules/identity';
import { record } from '#modules/ledger';
import { parseChallenge, signChallenge, type Challenge } from './challenge.ts';
import { passkeyMissing, passkeyPresent, passkeyRefused } from './faults.ts';
import { PasskeyReader, PasskeyWriter, type Passkey } from './passkey-store.ts';

/** Where the hub is for this browser: a passkey is good at one host alone. */
export interface PasskeySite {
  readonly origin: string;
  readonly host: string;
}

/** What a script hands to the browser, and what the browser keeps meanwhile. */
export interface AskedDevice {
  readonly options: string;
  readonly note: string;
}

/** What a device answered. */
export interface DeviceResponse {
  readonly response: string;
  readonly note: string | undefined;
  readonly site: PasskeySite;
}

const LASTS_MS = 5 * 60_000;
const MOST = 20;

/** The passkeys of the instance. */
export class Passkeys {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #keys: Keys;

  constructor(deps: { db: Db; clock: Clock; keys: Keys }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#keys = deps.keys;
  }

  /** Asks a device for a new passkey, which must make sure of its owner by itself. Throws what `#require` throws. */
  async askNew(actor: Actor, user: { id: Id; name: string }, site: PasskeySite): Promise<AskedDevice> {
    this.#require(actor, user.id);
    const known = await new PasskeyReader(this.#db).listOfUser(user.id);
    const options = await generateRegistrationOptions({
      rpName: 'Holdfast',
      rpID: site.host,
      userID: new Uint8Array(Buffer.from(user.id, 'hex')),
      userName: user.name,
      attestationType: 'none',
      excludeCredentials: known.map(({ credential }) => ({ id: credential })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    return { options: JSON.stringify(options), note: this.#note('add', user.id, options.challenge) };
  }

  /** Keeps the passkey that a device has made. Throws `passkey.refused`, `passkey.present`. */
  async add(actor: Actor, userId: Id, wish: DeviceResponse & { readonly name: string }): Promise<void> {
    this.#require(actor, userId);
    const now = this.#clock.now();
    const { site } = wish;
    const asked = parseChallenge(this.#keys, wish.note, { purpose: 'add', userId, now });
    if (asked === undefined) throw passkeyRefused();
    const made = await refusing(() =>
      verifyRegistrationResponse({
        response: JSON.parse(wish.response) as never,
        expectedChallenge: asked.challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.host,
        requireUserVerification: true,
      }),
    );
    if (!made.verified) throw passkeyRefused();
    const { id: credential, publicKey, counter } = made.registrationInfo.credential;
    const name = wish.name.trim().slice(0, 60) || 'Passkey';
    const row = { id: newId(now), user_id: userId, name, credential, public_key: Buffer.from(publicKey) };
    await this.#db.transaction(async (tx) => {
      const writer = new PasskeyWriter(tx);
      if (!(await writer.answer(asked.challenge, { now, expiresAt: asked.expiresAt })))
        throw passkeyRefused();
      if ((await writer.listOfUser(userId)).length >= MOST) throw passkeyPresent();
      const mac = this.#keys.mac('passkey-row', sealed(row));
      if (!(await writer.insert({ ...row, counter, created_at: now, used_at: null, mac })))
        throw passkeyPresent();
      await record(tx, {
        kind: 'account.passkey-added',
        subject: `account:${userId}`,
        ...referencesOf(actor),
        body: { passkey: row.id },
      });
    });
  }

  /** The passkeys of a user. Throws `account.credentials-forbidden`. */
  async list(actor: Actor, userId: Id): Promise<Passkey[]> {
    if (!mayCredentials(actor, userId).allowed) throw credentialsForbidden();
    return await new PasskeyReader(this.#db).listOfUser(userId);
  }

  /** Whether a user has any. */
  async isUsed(userId: Id): Promise<boolean> {
    return (await new PasskeyReader(this.#db).listOfUser(userId)).length > 0;
  }

  /**
   * Removes one, with a fresh proof, as whatever changes how somebody signs in: a copy of a session would else take the owner's own
   * way in from them. Throws what `#require` throws, and `passkey.missing`.
   */
  async remove(actor: Actor, userId: Id, id: Id): Promise<void> {
    this.#require(actor, userId);
    await this.#db.transaction(async (tx) => {
      if (!(await new PasskeyWriter(tx).remove(id, userId))) throw passkeyMissing();
      await record(tx, {
        kind: 'account.passkey-removed',
        subject: `account:${userId}`,
        ...referencesOf(actor),
        body: { passkey: id },
      });
    });
  }

  /** Asks for any passkey that a device has for this hub: nobody need say who they are first. */
  async ask(site: PasskeySite): Promise<AskedDevice> {
    const options = await generateAuthenticationOptions({ rpID: site.host, userVerification: 'required' });
    return { options: JSON.stringify(options), note: this.#note('sign-in', '', options.challenge) };
  }

  /** Whose passkey answered. Throws `passkey.refused`, the same for every reason. */
  async take({ response, note, site }: DeviceResponse): Promise<Id> {
    const now = this.#clock.now();
    const asked = parseChallenge(this.#keys, note, { purpose: 'sign-in', userId: '', now });
    if (asked === undefined) throw passkeyRefused();
    const answered = await refusing(() => Promise.resolve(parseAnswer(response)));
    const passkey = await new PasskeyReader(this.#db).findByCredential(answered.id.slice(0, 2048));
    if (passkey === undefined || !this.#keys.verifies('passkey-row', sealed(passkey), passkey.mac))
      throw passkeyRefused();
    const { credential: id, public_key: publicKey, counter } = passkey;
    const checked = await refusing(() =>
      verifyAuthenticationResponse({
        response: answered as never,
        expectedChallenge: asked.challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.host,
        credential: { id, publicKey: new Uint8Array(publicKey), counter },
        requireUserVerification: true,
      }),
    );
    if (!checked.verified) throw passkeyRefused();
    await this.#db.transaction(async (tx) => {
      const writer = new PasskeyWriter(tx);
      // A device that counts nothing would let an answer be sent again: each challenge is answered once.
      if (!(await writer.answer(asked.challenge, { now, expiresAt: asked.expiresAt })))
        throw passkeyRefused();
      await writer.touch(passkey.id, checked.authenticationInfo.newCounter, now);
    });
    return passkey.user_id;
  }

  #note(purpose: Challenge['purpose'], userId: string, challenge: string): string {
    const expiresAt = new Date(this.#clock.now().getTime() + LASTS_MS);
    return signChallenge(this.#keys, { purpose, userId, challenge, expiresAt });
  }

  #require(actor: Actor, userId: Id): void {
    if (!mayCredentials(actor, userId).allowed) throw credentialsForbidden();
    if (!isFreshlyProved(actor, this.#clock.now())) throw proofNeeded();
  }
}

/** The fields that the row's MAC covers: who can write the table cannot give an account a key of their own. */
function sealed(row: Pick<Passkey, 'id' | 'user_id' | 'credential' | 'public_key'>): (string | Uint8Array)[] {
  return [row.id, row.user_id, row.credential, row.public_key];
}

function parseAnswer(response: string): { readonly id: string } {
  const { id } = JSON.parse(response) as { id?: unknown };
  if (typeof id !== 'string') throw new TypeError('the answer names no passkey');
  return JSON.parse(response) as { id: string };
}

// What a browser sends may be anything; whatever the check makes of it is a refusal.
async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw passkeyRefused(cause);
  }
}
