// Lets a program in that shows a code, once a person who is signed in has said so (RFC 8628).
import { canonicalJson } from '@holdfast/kernel/canonical-json';
import { type Clock } from '@holdfast/kernel/clock';
import { newId, type Id } from '@holdfast/kernel/id';
import { type Secret } from '@holdfast/kernel/secret';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { isFreshlyProved, referencesOf, type Actor, type Grant } from '#modules/access';
import { proofNeeded, type Account } from '#modules/identity';
import { record } from '#modules/ledger';
import { type Sha256 } from '@holdfast/kernel/digest';
import {
  digestDeviceCode,
  mintDeviceCode,
  mintUserCode,
  parseUserCode,
  spellUserCode,
} from './device-model.ts';
import { DeviceReader, DeviceWriter, type DeviceLogin } from './device-store.ts';
import { deviceLoginMissing, deviceLoginsFull, tokenForbidden } from './faults.ts';
import { insertToken, type IssuedToken } from './issue.ts';

/** What the program is told. */
export interface BegunDeviceLogin {
  readonly deviceCode: Secret<string>;
  readonly userCode: string;
  readonly expiresIn: number;
  readonly interval: number;
}

/** What a program that asks is told. */
export type DeviceAnswer =
  | { readonly kind: 'issued'; readonly issued: IssuedToken }
  | { readonly kind: 'waiting' | 'too-fast' | 'denied' | 'expired' };

/** What a person is shown before they answer. */
export type WaitingLogin = Pick<DeviceLogin, 'id' | 'address' | 'client'> & { readonly userCode: string };

const LASTS_SECONDS = 900;
const INTERVAL_SECONDS = 2;
/** A program that asks a little early is on time. */
const EARLIEST_MS = INTERVAL_SECONDS * 1000 - 500;
const TOKEN_LIFE_MS = 30 * 86_400_000;
/** Beyond this nobody waits who is not a flood. */
const MOST_WAITING = 20_000;

/** Who is signed in in a session, or nobody any more. */
export interface LiveSessions {
  findById(id: Id, tx: Tx): Promise<{ readonly account: Account } | undefined>;
}

/** What a person said yes to, and for which login. */
interface Approval extends Pick<DeviceLogin, 'id' | 'digest' | 'expires_at'> {
  readonly user: Id;
  readonly session: Id;
  readonly grant: Grant;
}

// The fields that the MAC of a login that waits covers.
function sealedLogin({
  id,
  digest,
  user_code: code,
  expires_at: until,
}: Pick<DeviceLogin, 'id' | 'digest' | 'user_code' | 'expires_at'>): string[] {
  return ['waiting', id, digest, code, until.toISOString()];
}

// The fields that the MAC of an approval covers.
function sealedApproval({ id, digest, expires_at: until, user, session, grant }: Approval): string[] {
  return ['approved', id, digest, until.toISOString(), user, session, canonicalJson(grant as never)];
}

/** The device logins of the instance. */
export class DeviceLogins {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #keys: Keys;
  readonly #sessions: LiveSessions;

  constructor(deps: { db: Db; clock: Clock; keys: Keys; sessions: LiveSessions }) {
    this.#sessions = deps.sessions;
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#keys = deps.keys;
  }

  /** Begins a login that waits for a person. Throws `device.full`. */
  async begin(from: { address: string; client: string }): Promise<BegunDeviceLogin> {
    const now = this.#clock.now();
    const deviceCode = mintDeviceCode();
    const userCode = mintUserCode();
    await this.#db.transaction(async (tx) => {
      const writer = new DeviceWriter(tx);
      await writer.forget(now);
      if ((await writer.countAll()) >= MOST_WAITING) throw deviceLoginsFull();
      const login = {
        id: newId(now),
        digest: digestDeviceCode(deviceCode.reveal('to store its digest')) as Sha256,
        user_code: userCode,
        expires_at: new Date(now.getTime() + LASTS_SECONDS * 1000),
      };
      await writer.insert({
        ...login,
        address: from.address,
        client: from.client.slice(0, 200),
        created_at: now,
        mac: this.#keys.mac('device-login', sealedLogin(login)),
      });
    });
    return {
      deviceCode,
      userCode: spellUserCode(userCode),
      expiresIn: LASTS_SECONDS,
      interval: INTERVAL_SECONDS,
    };
  }

  /** What waits under a code that a person typed. Throws `device.missing`. */
  async get(userCode: string): Promise<WaitingLogin> {
    const { id, address, client, user_code: code } = await this.#findWaiting(userCode);
    return { id, address, client, userCode: spellUserCode(code) };
  }

  async #findWaiting(userCode: string): Promise<DeviceLogin> {
    const code = parseUserCode(userCode);
    const found =
      code === undefined ? code : await new DeviceReader(this.#db).findWaiting(code, this.#clock.now());
    // Whoever approves a code lets in the program that shows it, and not one that was written in its place.
    if (found?.mac == null || !this.#keys.verifies('device-login', sealedLogin(found), found.mac))
      throw deviceLoginMissing();
    return found;
  }

  /**
   * Lets the program in that shows this code, as the one who is signed in; or with `null` does not. Letting in needs a
   * fresh proof. Throws `token.forbidden`, `account.proof-needed`, `device.missing`.
   */
  async answer(actor: Actor, userCode: string, grant: Grant | null): Promise<void> {
    if (actor.kind !== 'user' || actor.credential.kind !== 'session') throw tokenForbidden();
    if (grant !== null && !isFreshlyProved(actor, this.#clock.now())) throw proofNeeded();
    const login = await this.#findWaiting(userCode);
    const { id } = login;
    const by = { user: actor.userId, session: actor.credential.id, grant };
    const mac = grant && this.#keys.mac('device-login', sealedApproval({ ...login, ...by, grant }));
    await this.#db.transaction(async (tx) => {
      if (!(await new DeviceWriter(tx).answer(id, { ...by, mac }))) throw deviceLoginMissing();
      await record(tx, {
        kind: grant === null ? 'token.device-denied' : 'token.device-approved',
        subject: `account:${actor.userId}`,
        ...referencesOf(actor),
        body: { login: id, grant: grant as never },
      });
    });
  }

  /** Answers a program that asks: with a token, once, where a person has let it in. */
  async ask(deviceCode: string): Promise<DeviceAnswer> {
    const digest = digestDeviceCode(deviceCode);
    if (digest === undefined) return { kind: 'expired' };
    return await this.#db.transaction(async (tx) => {
      const writer = new DeviceWriter(tx);
      const login = await writer.lock(digest);
      const now = this.#clock.now();
      if (login === undefined || login.state === 'used' || login.expires_at <= now)
        return { kind: 'expired' };
      if (login.state === 'denied') return { kind: 'denied' };
      if (login.state === 'approved') return await this.#give(tx, login);
      const early = login.polled_at !== null && now.getTime() - login.polled_at.getTime() < EARLIEST_MS;
      await writer.update(login.id, { polled_at: now });
      return { kind: early ? 'too-fast' : 'waiting' };
    });
  }

  async #give(tx: Tx, login: DeviceLogin): Promise<DeviceAnswer> {
    const approval = this.#approvalOf(login);
    // Whose session ended since, by whatever way, or who was disabled, has let nothing in.
    const visit = approval && (await this.#sessions.findById(approval.session, tx));
    if (approval === undefined || visit?.account.id !== approval.user) return { kind: 'denied' };
    const { account } = visit;
    await new DeviceWriter(tx).update(login.id, { state: 'used' });
    const issued = await insertToken(
      tx,
      { clock: this.#clock, keys: this.#keys },
      {
        user: account,
        name: `hf-login-${login.user_code.toLowerCase()}`,
        grant: approval.grant,
        lifeMs: TOKEN_LIFE_MS,
        by: { actor: `user:${account.id}`, credential: `session:${approval.session}` },
      },
    );
    return { kind: 'issued', issued };
  }

  // Who can write the table lets nothing in for anybody: an approval whose seal is not ours is none.
  #approvalOf(login: DeviceLogin): Approval | undefined {
    const { user_id: user, session_id: session, grant_: grant, mac } = login;
    if (user === null || session === null || grant === null || mac === null) return undefined;
    const approval = { ...login, user, session, grant };
    return this.#keys.verifies('device-login', sealedApproval(approval), mac) ? approval : undefined;
  }
}
