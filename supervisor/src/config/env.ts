// The one list of variables, and the only reader of the environment.
import { closeSync, readFileSync } from 'node:fs';
import {
  parseChoice,
  parseDatabaseUrl,
  parseHostName,
  parseListenAddress,
  parseNetworks,
  parseOrigin,
  parsePort,
  parseText,
} from './parsers.ts';

/** One variable. */
export interface Variable<Value> {
  readonly parse: (text: string) => Value;
  /** What holds without the variable, as text for the parser; absent when nothing does. */
  readonly fallback?: string;
  /** One line for `./holdfast help settings`. */
  readonly doc: string;
  /** Its value is never shown. */
  readonly secret?: true;
}

/** Every variable Holdfast reads. */
export const VARIABLES = {
  HOLDFAST_DATA: variable(
    parseText,
    'Folder with everything the instance keeps (default: data in the checkout)',
  ),
  HOLDFAST_KEYS: variable(
    parseText,
    'Folder with the keys, never inside the data (default: HOLDFAST_DATA.keys)',
  ),
  HOLDFAST_OBJECTS: variable(parseText, 'Folder with large files (default: objects in HOLDFAST_DATA)'),
  HOLDFAST_CONFIG: variable(
    parseText,
    'File with all other settings, JSON (default: config.json in HOLDFAST_DATA)',
  ),
  HOLDFAST_LISTEN: variable(parseListenAddress, 'IP address to listen on', '127.0.0.1'),
  HOLDFAST_PORT: variable(parsePort, 'TCP port to listen on; 0 takes a free one', '8080'),
  HOLDFAST_URL: variable(
    parseOrigin,
    'Public address, such as https://hub.example.org (default: follows loopback requests)',
  ),
  HOLDFAST_ACCESS: variable(
    parseChoice('signed-in', 'anonymous'),
    'Who may read what is public: signed-in or anonymous',
    'signed-in',
  ),
  SPACES_HOST: variable(parseHostName, 'Domain under which Spaces get their subdomains', 'localhost'),
  HOLDFAST_TRUSTED_PROXIES: variable(
    parseNetworks,
    'Proxies whose forwarded headers count: addresses and networks, by commas',
    '',
  ),
  DATABASE_URL: secret(
    parseDatabaseUrl,
    'A PostgreSQL server of your own, postgres://…, in place of the embedded one',
  ),
  HOLDFAST_ADMIN_PASSWORD_FILE: variable(parseText, "File with the first administrator's password"),
  HOLDFAST_ADMIN_PASSWORD: secret(parseText, "The first administrator's password itself"),
} satisfies Readonly<Record<string, Variable<unknown>>>;

/** The values of all variables that are set or have a fallback. */
export type Environment = {
  readonly [Name in keyof typeof VARIABLES]: ReturnType<(typeof VARIABLES)[Name]['parse']> | undefined;
};

/** An environment as the system gives it. */
export type RawEnvironment = Record<string, string | undefined>;

/** Parses every variable; what is wrong with each goes into `problems`. An empty variable counts as not set. */
export function parseEnvironment(raw: Readonly<RawEnvironment>, problems: string[]): Environment {
  const values: Record<string, unknown> = {};
  for (const [name, { parse, fallback }] of Object.entries<Variable<unknown>>(VARIABLES)) {
    const text = raw[name] === undefined || raw[name] === '' ? fallback : raw[name];
    if (text === undefined) continue;
    try {
      values[name] = parse(text);
    } catch (error) {
      problems.push(`${name} ${error instanceof Error ? error.message : 'cannot be read'}`);
    }
  }
  return values as Environment;
}

/** Names that look like ours and are not: most likely misspelt. */
export function listUnknownVariables(raw: Readonly<RawEnvironment>): string[] {
  return Object.keys(raw).filter(
    (name) => name.startsWith('HOLDFAST_') && !(name in VARIABLES) && !INTERNAL.includes(name),
  );
}

/** Variables with the number of a descriptor from which another variable's value is read. */
const DESCRIPTORS = {
  HOLDFAST_ADMIN_PASSWORD_FD: 'HOLDFAST_ADMIN_PASSWORD',
  DATABASE_URL_FD: 'DATABASE_URL',
} as const;
const INTERNAL = Object.keys(DESCRIPTORS);

/**
 * Takes a copy of the process's environment and removes the secrets from the original, so that no child and no
 * report can show them. The launcher hands them on descriptors, because the system goes on showing the
 * environment a process was started with.
 */
export function takeEnvironment(): RawEnvironment {
  const raw: RawEnvironment = { ...process.env };
  for (const [variable, name] of Object.entries(DESCRIPTORS)) {
    const descriptor = raw[variable];
    delete process.env[variable];
    if (descriptor === undefined || !/^\d{1,3}$/.test(descriptor)) continue;
    raw[name] = readFileSync(Number(descriptor), 'utf8').replace(/\n$/, '');
    closeSync(Number(descriptor));
  }
  for (const [name, { secret: isSecret }] of Object.entries<Variable<unknown>>(VARIABLES))
    if (isSecret === true) delete process.env[name];
  return raw;
}

function variable<Value>(parse: (text: string) => Value, doc: string, fallback?: string): Variable<Value> {
  return fallback === undefined ? { parse, doc } : { parse, doc, fallback };
}

function secret<Value>(parse: (text: string) => Value, doc: string): Variable<Value> {
  return { parse, doc, secret: true };
}
