// Secrets of apps in the configuration file.
import { z } from 'zod';

/** The member `vault`. */
export const VaultFile = z.strictObject({
  /**
   * File with a passphrase for the root key, read at each start. Without one, a root key that was made under a passphrase is
   * sealed until `./holdfast vault unseal`.
   */
  passphraseFile: z.string().min(1).nullable().default(null),
  /** Keep secrets although nothing keeps the vault apart from the other processes. */
  dangerouslyUnseparated: z.boolean().default(false),
});
export type VaultFile = z.infer<typeof VaultFile>;
