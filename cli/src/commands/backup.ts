// `./holdfast backup …` and `./holdfast restore`: copies of an instance, held against their digests, and put back.
import { resolve } from 'node:path';
import { formatSize } from '@holdfast/kernel/size';
import type { BackedUp } from '@holdfast/supervisor/backup/backup';
import type { Restored } from '@holdfast/supervisor/backup/restore';
import { tellOfFile } from '@holdfast/supervisor/backup/faults';
import { openConfig, placeFolders } from '@holdfast/supervisor/config/config';
import { parseEnvironment } from '@holdfast/supervisor/config/env';
import { configurationRejected } from '@holdfast/supervisor/faults';
import { requestAdmin } from '../admin-client.ts';
import { type Call, type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { usageRejected } from '../faults.ts';
import { readPassphraseFile } from '../passphrase.ts';
import { printResult } from '../print.ts';
import { readVersion } from '../version.ts';

const PASSPHRASE = {
  value: 'FILE',
  doc: 'seal the keys with the passphrase in this file, or open them with it',
};

// Which folders these are the operator says: one that is not there, or closed, is no bug of ours.
function tellingOfFiles(run: Command['run']): Command['run'] {
  return async (call) =>
    await run(call).catch((error: unknown) => {
      throw tellOfFile(error);
    });
}

/** Makes a backup. */
export const backup: Command = {
  name: 'backup',
  doc: 'Copy database and objects of the running instance into DIR, and with --keys its keys to another place',
  words: ['[DIR]'],
  flags: {
    since: { value: 'DIR', doc: 'a backup before: objects that it has take no room again' },
    keys: { value: 'DIR', doc: 'back the keys up into this folder, which must be elsewhere' },
    'passphrase-file': PASSPHRASE,
  },
  run: tellingOfFiles(async (call) => {
    const { flags, rest, console } = call;
    const [folder, keys] = [rest[0], textOf(flags['keys'])];
    if (folder === undefined && keys === undefined)
      throw usageRejected(
        'there is no folder to back up into',
        'write `./holdfast backup DIR`, or --keys DIR',
      );
    const shared = await openShared(call);
    const { backUp } = await import('@holdfast/supervisor/backup/backup');
    const { backUpKeys } = await import('@holdfast/supervisor/backup/keys-backup');
    const unrecorded = await putOnRecord(call, { data: folder !== undefined, keys: keys !== undefined });
    // First: what the notary signed and the vault did by then must be in the database that comes with it.
    const passphrase = await readPassphraseFile(call, 'passphrase-file');
    const kept =
      keys === undefined ? undefined : await backUpKeys({ ...shared, folder: at(call, keys), passphrase });
    const since = textOf(flags['since']);
    const made =
      folder === undefined
        ? undefined
        : await backUp({
            ...{ ...shared, console, folder: at(call, folder) },
            since: since === undefined ? undefined : at(call, since),
          });
    const lines = [
      ...(made ? describe(made) : []),
      ...(kept ? [`${kept.files} files of keys are backed up.`] : []),
    ];
    if (unrecorded !== undefined)
      lines.push(`This backup is NOT on the ledger, because the hub could not be told: ${unrecorded}`);
    if (kept === undefined) lines.push('The keys are not in it: back them up with --keys, to another place.');
    const result = { data: made ?? null, keys: kept ?? null, recorded: unrecorded === undefined };
    printResult(call.json, result, lines.join('\n'));
    return (made?.damaged.length ?? 0) > 0 ? EXIT.failed : EXIT.done;
  }),
};

/**
 * Has the hub record it; gives why it could not. Goes on even so: a hub that is down or sealed is when a backup is needed, and
 * whoever may run this could copy the files without asking.
 */
async function putOnRecord(
  call: Call,
  parts: { readonly data: boolean; readonly keys: boolean },
): Promise<string | undefined> {
  try {
    await requestAdmin(call, { method: 'POST', path: ['backups'], body: parts });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function describe({ files, bytes, linked, damaged, database }: BackedUp): string[] {
  return [
    `${files} files, ${formatSize(bytes)}, are backed up; ${linked} of them take no room again.`,
    ...(database
      ? []
      : [
          'The database that DATABASE_URL names is NOT in it: dump it with its own tools (pg_dump) each time before this command, ' +
            'because objects are there before what names them.',
        ]),
    ...damaged.map(
      (path) => `DAMAGED in the store, and so in the backup: ${path} (see \`./holdfast fsck --deep\`)`,
    ),
  ];
}

/** Reads a backup again. Its exit code is 1 when something is wrong with it. */
export const verifyBackupCommand: Command = {
  name: 'backup verify',
  doc: 'Read a backup again, of data or of keys, and hold every byte against its manifest',
  words: ['DIR'],
  flags: {},
  run: tellingOfFiles(async (call) => {
    const { openAnyManifest } = await import('@holdfast/supervisor/backup/manifest');
    const { verifyBackup } = await import('@holdfast/supervisor/backup/verify');
    const { head, files, bytes, flaws } = await verifyBackup(
      await openAnyManifest(at(call, call.rest[0] ?? '')),
    );
    const text = [
      `Backup ${head.id} of ${head.madeAt}: ${files} files, ${formatSize(bytes)}, ${flaws.length} missing or altered`,
      ...flaws.map(({ path, what }) => `${what.toUpperCase()}  ${path}`),
    ].join('\n');
    printResult(call.json, { ...head, files, bytes, flaws }, text);
    return flaws.length > 0 ? EXIT.failed : EXIT.done;
  }),
};

/** Puts a backup back. */
export const restore: Command = {
  name: 'restore',
  doc: 'Put a backup back into an empty data directory, with the keys of --keys or those that are at hand',
  words: ['DIR'],
  flags: {
    keys: { value: 'DIR', doc: 'a backup of the keys; leave it out where those of today are in their place' },
    'passphrase-file': PASSPHRASE,
  },
  run: tellingOfFiles(async (call) => {
    const { flags, rest, console } = call;
    const problems: string[] = [];
    const folders = placeFolders(parseEnvironment(call.raw, problems), call.place);
    if (problems.length > 0) throw configurationRejected(problems);
    const keys = textOf(flags['keys']);
    const { restore: putBack } = await import('@holdfast/supervisor/backup/restore');
    const restored = await putBack({
      ...{
        folders,
        console,
        folder: at(call, rest[0] ?? ''),
        version: await readVersion(call.place.checkout),
      },
      keys: keys === undefined ? undefined : at(call, keys),
      passphrase: await readPassphraseFile(call, 'passphrase-file'),
    });
    printResult(call.json, restored, explain(restored, folders.keys).join('\n'));
    return EXIT.done;
  }),
};

function explain({ files, bytes, madeAt, database, missingKeys }: Restored, keys: string): string[] {
  return [
    `${files} files, ${formatSize(bytes)}, are put back.`,
    ...(database ? [] : ['The database is not among them: restore its dump before the start.']),
    ...missingKeys.map((name) => `MISSING among the keys in ${keys}: ${name}. ${LOST[name] ?? ''}`),
    `What was revoked, disabled or removed after ${madeAt} is not known here and would work again. The next start is sealed: do it ` +
      'again with `./holdfast admin`, then start once with --accept-loss (docs/operating.md, Restore).',
  ];
}

const NO_START = 'Without it nothing starts: put it back.';
const LOST: Readonly<Record<string, string>> = {
  'hub.key': `${NO_START} Tokens, sessions and second factors are bound to it; repositories and the ledger are not.`,
  'postgres-superuser.password': NO_START,
  'postgres-owner.password': NO_START,
  'postgres-hub.password': NO_START,
  'notary/signing.key':
    'Without it another log of the ledger begins, and what was signed is checked with the old public key.',
  'vault/root.key':
    'Without it the values of all secrets are lost, and codes of second factors cannot be checked; nothing else is lost: repositories, ' +
    'accounts, tokens and the ledger do not need it.',
};

async function openShared(call: Call) {
  const { config } = await openConfig(call.raw, call.place);
  return { config, version: await readVersion(call.place.checkout) };
}

function at({ place }: Call, path: string): string {
  return resolve(place.cwd, path);
}

function textOf(flag: Call['flags'][string]): string | undefined {
  return typeof flag === 'string' ? flag : undefined;
}
