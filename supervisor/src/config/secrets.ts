// Secrets that the operator gives at start. Each is wrapped at once, so that no log line can show it.
import { resolve } from 'node:path';
import { Secret } from '@holdfast/kernel/secret';
import { findText } from '@holdfast/platform/private-files';
import { type Environment } from './env.ts';

/** What the operator gave. */
export interface ConfigSecrets {
  readonly databaseUrl: Secret<string> | undefined;
  readonly adminPassword: Secret<string> | undefined;
}

const SHORTEST_PASSWORD = 8;

/** Gathers the secrets; what is wrong with one goes into `problems`, never the value. */
export async function readConfigSecrets(
  env: Environment,
  cwd: string,
  problems: string[],
): Promise<ConfigSecrets> {
  const password = env.HOLDFAST_ADMIN_PASSWORD ?? (await readPasswordFile(env, cwd, problems));
  if (password !== undefined && password.length < SHORTEST_PASSWORD)
    problems.push(
      `the first administrator's password is shorter than ${String(SHORTEST_PASSWORD)} characters`,
    );
  return {
    databaseUrl: env.DATABASE_URL === undefined ? undefined : new Secret(env.DATABASE_URL),
    adminPassword: password === undefined ? undefined : new Secret(password),
  };
}

async function readPasswordFile(
  env: Environment,
  cwd: string,
  problems: string[],
): Promise<string | undefined> {
  const path = env.HOLDFAST_ADMIN_PASSWORD_FILE;
  if (path === undefined) return undefined;
  try {
    const text = await findText(resolve(cwd, path), 4096);
    if (text !== undefined) return text.replace(/\r?\n$/, '');
    problems.push(`HOLDFAST_ADMIN_PASSWORD_FILE is ${path}, which does not exist`);
  } catch (error) {
    problems.push(
      `HOLDFAST_ADMIN_PASSWORD_FILE cannot be read: ${error instanceof Error ? error.message : path}`,
    );
  }
  return undefined;
}
