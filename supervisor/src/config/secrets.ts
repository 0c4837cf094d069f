// Secrets that the operator gives at start. Each is wrapped at once, so that no log line can show it.
import { resolve } from 'node:path';
import { Secret } from '@holdfast/kernel/secret';
import { findText } from '@holdfast/platform/private-files';
import { type Environment } from './env.ts';

/** What the operator gave. */
export interface ConfigSecrets {
  readonly databaseUrl: Secret<string> | undefined;
  readonly adminPassword: Secret<string> | undefined;
  /** What the mail server knows us by. */
  readonly mailPassword: Secret<string> | undefined;
  /** What the issuer knows us by. */
  readonly issuerSecret: Secret<string> | undefined;
  /** What opens the root key. */
  readonly vaultPassphrase: Secret<string> | undefined;
}

/** Where relative paths begin, and the files that the configuration names. */
export interface SecretPlaces {
  readonly cwd: string;
  readonly mailPassword: string | undefined;
  readonly issuerSecret: string | undefined;
  readonly vaultPassphrase: string | undefined;
}

const SHORTEST_PASSWORD = 8;

/** Gathers the secrets; what is wrong with one goes into `problems`, never the value. */
export async function readConfigSecrets(
  env: Environment,
  place: SecretPlaces,
  problems: string[],
): Promise<ConfigSecrets> {
  const { HOLDFAST_ADMIN_PASSWORD: given, HOLDFAST_ADMIN_PASSWORD_FILE: file } = env;
  const path = file === undefined ? undefined : resolve(place.cwd, file);
  const password = given ?? (await readSecretFile(path, 'HOLDFAST_ADMIN_PASSWORD_FILE', problems));
  const mailPassword = await readSecretFile(place.mailPassword, 'mail.passwordFile', problems);
  const issuerSecret = await readSecretFile(place.issuerSecret, 'singleSignOn.secretFile', problems);
  const passphrase = await readSecretFile(place.vaultPassphrase, 'vault.passphraseFile', problems);
  if (password !== undefined && password.length < SHORTEST_PASSWORD)
    problems.push(
      `the first administrator's password is shorter than ${String(SHORTEST_PASSWORD)} characters`,
    );
  return {
    databaseUrl: env.DATABASE_URL === undefined ? undefined : new Secret(env.DATABASE_URL),
    adminPassword: password === undefined ? undefined : new Secret(password),
    mailPassword: mailPassword === undefined ? undefined : new Secret(mailPassword),
    issuerSecret: issuerSecret === undefined ? undefined : new Secret(issuerSecret),
    vaultPassphrase: passphrase === undefined ? undefined : new Secret(passphrase),
  };
}

async function readSecretFile(
  path: string | undefined,
  called: string,
  problems: string[],
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    const text = await findText(path, 4096);
    if (text !== undefined) return text.replace(/\r?\n$/, '');
    problems.push(`${called} is ${path}, which does not exist`);
  } catch (error) {
    problems.push(`${called} cannot be read: ${error instanceof Error ? error.message : path}`);
  }
  return undefined;
}
