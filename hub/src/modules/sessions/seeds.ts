// Where seeds are sealed and opened: by the hub's own key for now. Whoever takes this over needs nothing but these two.
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';

/** Seals what second factors are made from. */
export interface Seeds {
  seal(userId: Id, seed: Buffer): Promise<Buffer>;
  /** Rejects for what was sealed for another user, or altered. */
  open(userId: Id, sealed: Buffer): Promise<Buffer>;
}

/** Seals them under a key that is derived from the hub's. */
export function sealedByHub(keys: Keys): Seeds {
  return {
    seal: (userId, seed) => Promise.resolve(keys.seal('totp-seed', seed, userId)),
    open: (userId, sealed) =>
      new Promise((resolve) => {
        resolve(keys.open('totp-seed', sealed, userId));
      }),
  };
}
