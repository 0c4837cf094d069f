// Keys and passwords of this instance. They lie beside the data directory, never in it: who takes the data, or a
// backup of it, has none of them.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Secret } from '@holdfast/kernel/secret';
import { ensureFolder, exists, findText, makeText } from '@holdfast/platform/private-files';
import { keysMissing } from './faults.ts';

/** What the instance was made with. */
export interface Keys {
  /** 32 random bytes as base64. */
  readonly hubKey: Secret<string>;
  /** As many, from which the hub is dealt roots of an hour each. It stays here. */
  readonly hoursKey: Secret<string>;
  readonly superuserPassword: Secret<string>;
  readonly ownerPassword: Secret<string>;
  readonly hubPassword: Secret<string>;
  readonly notaryPassword: Secret<string>;
  readonly vaultPassword: Secret<string>;
}

const FILES = {
  hubKey: 'hub.key',
  hoursKey: 'hub-hours.key',
  superuserPassword: 'postgres-superuser.password',
  ownerPassword: 'postgres-owner.password',
  hubPassword: 'postgres-hub.password',
  notaryPassword: 'postgres-notary.password',
  vaultPassword: 'postgres-vault.password',
} as const;

/** Where the first administrator's password is left when there is no terminal to show it on. */
export function adminPasswordFile(folder: string): string {
  return join(folder, 'admin.password');
}

/** Where the password of the embedded server's superuser lies, for people who dump or restore. */
export function postgresPasswordFile(folder: string): string {
  return join(folder, FILES.superuserPassword);
}

/**
 * Reads the keys. Those of a new instance are made; those of one that already has data must be there, because new
 * ones would open nothing (throws `keysMissing`).
 */
export async function openKeys(folder: string, isNew: boolean): Promise<Keys> {
  await ensureFolder(folder, { mode: 0o700 });
  const read = async (
    name: string,
    encoding: 'base64' | 'base64url',
    mayMake = isNew,
  ): Promise<Secret<string>> => {
    const path = join(folder, name);
    // Instances that share the folder may start at the same instant: whoever comes second takes what the first made.
    if (mayMake && !exists(path)) await makeText(path, `${randomBytes(32).toString(encoding)}\n`);
    const found = (await findText(path, 4096))?.trim() ?? '';
    if (found === '') throw keysMissing(path);
    return new Secret(found);
  };
  return {
    hubKey: await read(FILES.hubKey, 'base64'),
    // Instances from before have none. What a lost one signed is good for a day at most anyway.
    hoursKey: await read(FILES.hoursKey, 'base64', true),
    superuserPassword: await read(FILES.superuserPassword, 'base64url'),
    ownerPassword: await read(FILES.ownerPassword, 'base64url'),
    hubPassword: await read(FILES.hubPassword, 'base64url'),
    // Instances from before there was a notary or a vault have none; a new one opens as much, because it is set at every
    // start.
    notaryPassword: await read(FILES.notaryPassword, 'base64url', true),
    vaultPassword: await read(FILES.vaultPassword, 'base64url', true),
  };
}

/** A password for a person to type: 20 letters and digits that are not mistaken for each other, 117 bits. */
export function makePassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  let password = '';
  while (password.length < 20)
    for (const byte of randomBytes(32)) {
      // Bytes beyond the last whole multiple would make the first letters likelier.
      if (byte >= 256 - (256 % alphabet.length) || password.length >= 20) continue;
      password += alphabet[byte % alphabet.length] ?? '';
    }
  return password;
}
