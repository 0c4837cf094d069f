// The configuration of this instance: variables and file together, checked against each other, frozen. All problems
// are reported at once.
import { sep, join, resolve } from 'node:path';
import { findText } from '@holdfast/platform/private-files';
import { requireOwnFolder } from '../own-folder.ts';
import { configurationRejected } from '../faults.ts';
import { readCertificates } from './certificates.ts';
import { type FileSettings, parseConfigFile } from './config-file.ts';
import { type Environment, type RawEnvironment, parseEnvironment } from './env.ts';
import { checkPythons } from './pythons.ts';
import { type ConfigSecrets, readConfigSecrets } from './secrets.ts';
import { isBelow, shareDomain } from './shared-domain.ts';

/** Which PostgreSQL holds the data. */
export type DatabaseConfig =
  | ({ readonly kind: 'embedded' } & FileSettings['postgres'])
  | {
      readonly kind: 'external';
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly tls: 'off' | 'require' | 'verify';
    };

/** Everything that was decided before the start. No secrets: those are `ConfigSecrets`. */
export interface Config {
  readonly folders: { readonly data: string; readonly keys: string; readonly objects: string };
  readonly listen: { readonly address: string; readonly port: number };
  readonly publicUrl: string | null;
  readonly access: 'signed-in' | 'anonymous';
  readonly spacesHost: string;
  readonly trustedProxies: readonly string[];
  readonly database: DatabaseConfig;
  readonly file: FileSettings;
  /** Certificate authorities of the operator's own, as PEM. */
  readonly certificates: {
    readonly mail: string | null;
    readonly issuer: string | null;
    /** Of hosts that brokered secrets go to. */
    readonly hosts: string | null;
  };
}

/** Where the process was started and where its code lies. */
export interface Place {
  /** Relative paths in variables begin here. */
  readonly cwd: string;
  /** The default data directory is in it. */
  readonly checkout: string;
}

/** Reads and checks everything. Throws `configurationRejected` with every problem found, `folderRefused`. */
export async function openConfig(
  raw: RawEnvironment,
  place: Place,
): Promise<{ config: Config; secrets: ConfigSecrets }> {
  const problems: string[] = [];
  const env = parseEnvironment(raw, problems);
  const folders = placeFolders(env, place);
  const path = env.HOLDFAST_CONFIG ?? join(folders.data, 'config.json');
  if (problems.length === 0) await requireOwnFolder(folders.data);
  const text = await findText(resolve(place.cwd, path)).catch((error: unknown) => {
    problems.push(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  });
  if (text === undefined && problems.length === 0 && env.HOLDFAST_CONFIG !== undefined)
    problems.push(`HOLDFAST_CONFIG is ${path}, which does not exist`);
  const file = parseConfigFile(text, path, problems);
  const mailPassword = file?.mail?.passwordFile ?? undefined;
  const issuerSecret = file?.singleSignOn?.secretFile ?? undefined;
  const vaultPassphrase = file?.vault.passphraseFile ?? undefined;
  const places = { cwd: place.cwd, mailPassword, issuerSecret, vaultPassphrase };
  const secrets = await readConfigSecrets(env, places, problems);
  const certificates = {
    mail: await readCertificates(file?.mail?.certificates, 'mail.certificates', problems),
    issuer: await readCertificates(file?.singleSignOn?.certificates, 'singleSignOn.certificates', problems),
    hosts: await readCertificates(file?.spaces.hostCertificates, 'spaces.hostCertificates', problems),
  };
  await checkPythons(file?.spaces.pythons ?? [], Object.values(folders), problems);
  if (file?.signUp === 'single-sign-on' && file.singleSignOn === null)
    problems.push(`${path}: signUp is "single-sign-on", and singleSignOn is missing: nobody could sign in`);
  checkTogether(env, folders, problems);
  if (problems.length > 0 || file === undefined) throw configurationRejected(problems);
  return { config: Object.freeze({ ...build(env, folders, file), certificates }), secrets };
}

/** The folders alone, for commands that talk to a running instance. */
export function placeFolders(
  env: Pick<Environment, 'HOLDFAST_DATA' | 'HOLDFAST_KEYS' | 'HOLDFAST_OBJECTS'>,
  place: Place,
): Config['folders'] {
  const data =
    env.HOLDFAST_DATA === undefined ? join(place.checkout, 'data') : resolve(place.cwd, env.HOLDFAST_DATA);
  return {
    data,
    keys: env.HOLDFAST_KEYS === undefined ? `${data}.keys` : resolve(place.cwd, env.HOLDFAST_KEYS),
    objects:
      env.HOLDFAST_OBJECTS === undefined ? join(data, 'objects') : resolve(place.cwd, env.HOLDFAST_OBJECTS),
  };
}

function checkTogether(env: Environment, folders: Config['folders'], problems: string[]): void {
  // Whoever takes a copy of the data must not get the keys with it.
  if (folders.keys === folders.data || folders.keys.startsWith(folders.data + sep))
    problems.push(`HOLDFAST_KEYS is ${folders.keys}, inside the data directory: keys lie elsewhere`);
  if (folders.data.startsWith(folders.keys + sep))
    problems.push(`HOLDFAST_DATA is ${folders.data}, inside the folder of the keys`);
  for (const folder of Object.values(folders))
    if (folder === '/' || folder.includes('\0')) problems.push(`${folder} cannot be a folder of Holdfast`);
  const { HOLDFAST_URL: url, SPACES_HOST: spaces = 'localhost' } = env;
  const hub = url === undefined ? 'localhost' : new URL(url).hostname;
  if (shareDomain(hub, spaces))
    problems.push(
      `SPACES_HOST is ${spaces}, which shares a domain with HOLDFAST_URL: give Spaces a domain of their own, so that none of them can set cookies for the hub`,
    );
  else if (isBelow(hub, spaces))
    problems.push(`HOLDFAST_URL is ${hub}, which is where a Space could be: give Spaces another SPACES_HOST`);
  if (env.HOLDFAST_ADMIN_PASSWORD !== undefined && env.HOLDFAST_ADMIN_PASSWORD_FILE !== undefined)
    problems.push(
      'HOLDFAST_ADMIN_PASSWORD and HOLDFAST_ADMIN_PASSWORD_FILE are both set: which one is meant?',
    );
}

function build(
  env: Environment,
  folders: Config['folders'],
  file: FileSettings,
): Omit<Config, 'certificates'> {
  return {
    folders,
    listen: { address: env.HOLDFAST_LISTEN ?? '127.0.0.1', port: env.HOLDFAST_PORT ?? 8080 },
    publicUrl: env.HOLDFAST_URL ?? null,
    access: env.HOLDFAST_ACCESS ?? 'signed-in',
    spacesHost: env.SPACES_HOST ?? 'localhost',
    trustedProxies: env.HOLDFAST_TRUSTED_PROXIES ?? [],
    database:
      env.DATABASE_URL === undefined ? { kind: 'embedded', ...file.postgres } : external(env.DATABASE_URL),
    file,
  };
}

function external(address: string): DatabaseConfig {
  const url = new URL(address);
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1');
  const mode = url.searchParams.get('sslmode') ?? (isLocal(host) ? 'disable' : 'verify-full');
  return {
    kind: 'external',
    host,
    port: url.port === '' ? 5432 : Number(url.port),
    database: decodeURIComponent(url.pathname.slice(1)),
    tls: mode === 'disable' ? 'off' : mode.startsWith('verify') ? 'verify' : 'require',
  };
}

function isLocal(host: string): boolean {
  return host === '' || host.startsWith('/') || ['localhost', '127.0.0.1', '::1'].includes(host);
}
