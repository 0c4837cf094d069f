// The keys to which pages of the hub seal a secret before it leaves the browser. None is kept: each is made from the root key for
// one day, so that every vault of these keys has the same, and what somebody recorded on the way opens with nothing that is left
// once the root key was rotated.
import { type Clock } from '@holdfast/kernel/clock';
import { deriveKeyPair, openMessage, type FormKeyPair } from './hpke.ts';
import { type KeyHolder } from './key-holder.ts';
import { VaultRefusal } from './refusal.ts';

/** A public key, as a page has it. */
export interface FormKey {
  /** Which one it is: generation of the root key, and day. */
  readonly id: string;
  /** An uncompressed point of P-256, as base64url. */
  readonly publicKey: string;
}

/** A value as a browser sealed it. */
export interface SealedValue {
  /** Which key it was sealed to. */
  readonly by: string;
  readonly message: Buffer;
  /** What is said beside it, to which it is bound. */
  readonly about: Buffer;
}

/** What opens it. */
export interface FormGround {
  readonly keys: Pick<KeyHolder, 'generation' | 'derive'>;
  readonly clock: Clock;
}

const PURPOSE = Buffer.from('holdfast secret form 1');
const ID = /^([1-9]\d{0,8})\.([1-9]\d{0,6})$/;
const DAY_MS = 24 * 3_600 * 1_000;
/** For so many days around its own a key opens: a page may stay open, and clocks of two vaults may differ. */
const DAYS = 1;

/** The day of a time. */
export function dayOf(at: Date): number {
  return Math.floor(at.getTime() / DAY_MS);
}

/** The key of today. */
export async function findFormKey({ keys, clock }: FormGround): Promise<FormKey> {
  const [generation, day] = [keys.generation, dayOf(clock.now())];
  const { publicKey, privateKey } = await pairOf(keys, generation, day);
  privateKey.fill(0);
  return { id: `${generation}.${day}`, publicKey: publicKey.toString('base64url') };
}

/** Opens a value; gives the day of its key. Throws a `VaultRefusal`. */
export async function openFormValue(
  { keys, clock }: FormGround,
  { by, message, about }: SealedValue,
): Promise<{ readonly value: Buffer; readonly day: number }> {
  const [, generation, day] = (ID.exec(by) ?? []).map(Number);
  if (generation === undefined || day === undefined || Math.abs(day - dayOf(clock.now())) > DAYS)
    throw new VaultRefusal('not-opened', OVER);
  const pair = await pairOf(keys, generation, day).catch(() => {
    throw new VaultRefusal('not-opened', OVER);
  });
  try {
    return { value: openMessage(pair, message, { purpose: PURPOSE, about }), day };
  } catch {
    throw new VaultRefusal(
      'not-opened',
      'the value was sealed for another Space, name, way or host, or was changed on its way; open the page anew and give it again',
    );
  } finally {
    pair.privateKey.fill(0);
  }
}

const OVER =
  'the page was open for too long, and the key that it sealed the value to is over; open it anew and give the value again';

async function pairOf(keys: FormGround['keys'], generation: number, day: number): Promise<FormKeyPair> {
  const seed = await keys.derive(generation, `holdfast vault: secrets of forms, day ${day}`);
  try {
    return deriveKeyPair(seed);
  } finally {
    seed.fill(0);
  }
}
