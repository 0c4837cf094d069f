// Signs who somebody is, and publishes by what that can be checked. A key is made when the first is needed and replaced after
// ninety days; the one before stays published until nothing that it signed is still good.
import { type Clock } from '@holdfast/kernel/clock';
import { type Keys } from '@holdfast/platform/keys';
import { type Db } from '@holdfast/platform/postgres/database';
import { makePrivateKey, SigningKey, type PublicJwk } from '@holdfast/platform/signing-key';
import { KeyReader, KeyWriter, type KeptKey } from './key-store.ts';

const DAY_MS = 86_400_000;
const SIGNS_MS = 90 * DAY_MS;
/** Longer than any of its signatures is good, and than anybody keeps what was published. */
const PUBLISHED_MS = SIGNS_MS + 2 * DAY_MS;
/** Another hub may have made a newer one. */
const READ_AGAIN_MS = 60_000;

/** The keys of the instance. */
export class IdTokens {
  readonly #deps: { readonly db: Db; readonly clock: Clock; readonly keys: Keys };
  #renewing: Promise<SigningKey> | undefined;
  #current: { readonly key: SigningKey; readonly until: number } | undefined;

  constructor(deps: { readonly db: Db; readonly clock: Clock; readonly keys: Keys }) {
    this.#deps = deps;
  }

  /** The public halves (RFC 7517), the one that signs first. */
  async listPublic(): Promise<PublicJwk[]> {
    await this.#signing();
    return (await new KeyReader(this.#deps.db).list()).map((kept) => this.#open(kept).jwk);
  }

  /** The claims, signed. */
  async sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
    return (await this.#signing()).signJwt(claims);
  }

  async #signing(): Promise<SigningKey> {
    const now = this.#deps.clock.now().getTime();
    if (this.#current !== undefined && now < this.#current.until) return this.#current.key;
    // Making one costs a second of a processor: strangers who ask at once must not have one made each.
    this.#renewing ??= this.#renew(now).finally(() => (this.#renewing = undefined));
    return await this.#renewing;
  }

  async #renew(now: number): Promise<SigningKey> {
    const key = (await this.#newest(new KeyReader(this.#deps.db))) ?? (await this.#make());
    this.#current = { key, until: now + READ_AGAIN_MS };
    return key;
  }

  async #newest(reader: KeyReader): Promise<SigningKey | undefined> {
    const [newest] = await reader.list();
    const now = this.#deps.clock.now().getTime();
    return newest !== undefined && now - newest.created_at.getTime() < SIGNS_MS
      ? this.#open(newest)
      : undefined;
  }

  async #make(): Promise<SigningKey> {
    const { db, clock, keys } = this.#deps;
    const bytes = await makePrivateKey();
    const key = new SigningKey(bytes);
    const { kid } = key.jwk;
    const sealed = keys.seal('oauth-key', bytes, kid);
    bytes.fill(0);
    const now = clock.now();
    return await db.transaction(async (tx) => {
      const writer = new KeyWriter(tx);
      // Another hub may have made one meanwhile: one is enough.
      await writer.hold();
      const theirs = await this.#newest(writer);
      if (theirs !== undefined) return theirs;
      await writer.forget(new Date(now.getTime() - PUBLISHED_MS));
      await writer.insert({ kid, sealed, created_at: now });
      return key;
    });
  }

  #open({ kid, sealed }: KeptKey): SigningKey {
    const bytes = this.#deps.keys.open('oauth-key', sealed, kid);
    const key = new SigningKey(bytes);
    bytes.fill(0);
    return key;
  }
}
