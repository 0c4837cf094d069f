// The folders of the instance, each with the owner and mode that its level of separation needs.
import { basename, join } from 'node:path';
import {
  ensureFolder,
  exists,
  findOwner,
  listNames,
  findText,
  writeText,
} from '@holdfast/platform/private-files';
import { findProgram, runProcess, succeeded } from '@holdfast/platform/process';
import { newId, parseId, type Id } from '@holdfast/kernel/id';
import { folderRefused } from './faults.ts';
import { type Layout } from './layout.ts';
import { type Account } from './separation/confinement.ts';
import { writeSandboxFiles } from './separation/sandbox-files.ts';
import { HBA_FILE } from './postgres/command-line.ts';

/** The users that own the children's folders; absent when the children run as ourselves. */
export interface ChildAccounts {
  readonly hub: Account;
  readonly postgres: Account;
  /** Holds the key that signs the ledger. */
  readonly notary: Account;
  /** Holds the root key. */
  readonly vault: Account;
  /** Holds the operator's credentials for the mail server, and has the network. */
  readonly courier: Account;
  /** Holds the sandboxes of Spaces. */
  readonly runner: Account;
  /** Sees the password of the database's owner: what a taken-over hub left running must not be the same user. */
  readonly prepare: Account;
}

/**
 * Makes the data directory ours before anything is read from it. Throws `folderRefused` when it, or anything in it, is
 * another user's, or when it is a folder of something else.
 */
export async function claimFolder(layout: Layout): Promise<void> {
  await requireOwnership(layout);
  await requireOurs(layout);
  try {
    await ensureFolder(layout.data, { mode: 0o700 });
    await ensureFolder(layout.run, { mode: 0o700 });
    await ensureFolder(layout.logs, { mode: 0o700 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw folderRefused(layout.data, `it cannot be made (${why})`);
  }
}

// As an ordinary user we cannot read what root's children left; better said now than by one of them.
async function requireOwnership(layout: Layout): Promise<void> {
  const uid = process.getuid?.() ?? 0;
  if (uid === 0) return;
  const names = [
    layout.data,
    layout.postgres,
    layout.objects,
    layout.keys,
    layout.logs,
    layout.run,
    layout.lockFile,
  ];
  for (const path of names) {
    const found = await findOwner(path).catch(() => undefined);
    if (found !== undefined && found.uid !== uid)
      throw folderRefused(
        layout.data,
        `${path} belongs to user ${String(found.uid)}, and this is user ${String(uid)}`,
      );
  }
}

// A mistyped path must not have us close somebody's folder to them and settle in it.
async function requireOurs(layout: Layout): Promise<void> {
  if (exists(layout.instanceFile)) return;
  const known = [...namesOf(layout), 'config.json', 'lost+found'];
  const names = await listNames(layout.data).catch(() => [] as string[]);
  const stranger = names.find((name) => !known.includes(name) && !name.endsWith('.tmp'));
  if (stranger !== undefined)
    throw folderRefused(layout.data, `it holds ${JSON.stringify(stranger)}, which is not Holdfast's`);
}

function namesOf({ spaces, ...paths }: Layout): string[] {
  return [...Object.values(paths), spaces.root].map((path) => basename(path));
}

/** What separation needs to know before it is measured: who the sandboxes' users are. */
export async function writeRunFiles(layout: Layout, accounts: readonly Account[]): Promise<void> {
  await ensureFolder(layout.etc, { mode: 0o755 });
  await writeSandboxFiles(layout.etc, accounts);
  await writeText(`${layout.etc}/pg_hba.conf`, HBA_FILE, { mode: 0o644 });
}

/**
 * Opens the folders to the children that use them. Without sandboxes the children's users must be able to pass
 * through the data directory; with them, each sees its own folder and the rest stays closed.
 */
export async function openChildFolders(
  layout: Layout,
  accounts: ChildAccounts | undefined,
  sandboxed: boolean,
): Promise<void> {
  if (accounts !== undefined && !sandboxed)
    for (const folder of [layout.data, layout.run, layout.keys]) await ensureFolder(folder, { mode: 0o711 });
  await ensureFolder(layout.notary, { mode: 0o700, ...ownedBy(accounts?.notary) });
  await giveTree(layout.notary, accounts?.notary);
  await ensureFolder(layout.vault, { mode: 0o700, ...ownedBy(accounts?.vault) });
  await giveTree(layout.vault, accounts?.vault);
  await ensureFolder(layout.objects, { mode: 0o700, ...ownedBy(accounts?.hub) });
  await giveTree(layout.objects, accounts?.hub);
  await openSpaceFolders(layout.spaces, accounts);
  await ensureFolder(layout.removals, { mode: 0o700, ...ownedBy(accounts?.hub) });
  await giveTree(layout.removals, accounts?.hub);
  const root = accounts === undefined ? {} : { owner: { uid: 0, gid: 0 } };
  await ensureFolder(layout.codeCache, { mode: 0o711, ...root });
  for (const name of ['hub', 'prepare', 'notary', 'vault', 'courier', 'runner'] as const) {
    const folder = join(layout.codeCache, name);
    await ensureFolder(folder, { mode: 0o700, ...ownedBy(accounts?.[name]) });
    await giveTree(folder, accounts?.[name]);
  }
  if (exists(layout.postgres)) await giveTree(layout.postgres, accounts?.postgres);
}

// Sandboxes read the sources as users of their own. Whoever is neither hub, runner nor sandbox does not see the folder at all.
async function openSpaceFolders(
  folders: Layout['spaces'],
  accounts: ChildAccounts | undefined,
): Promise<void> {
  await ensureFolder(folders.root, { mode: 0o711 });
  await ensureFolder(folders.sources, { mode: 0o755, ...ownedBy(accounts?.hub) });
  await giveTree(folders.sources, accounts?.hub);
  await ensureFolder(folders.visit, { mode: 0o711, ...ownedBy(accounts?.runner) });
  await ensureFolder(folders.own, { mode: 0o711, ...ownedBy(accounts?.runner) });
  await giveTree(folders.own, accounts?.runner);
}

function ownedBy(account: Account | undefined): { owner?: Account } {
  return account === undefined ? {} : { owner: account };
}

// After a change between root and ordinary user, or a copy from another machine, the files belong to somebody else.
// The marker is the folder's content, so that a start killed half way is finished by the next one.
async function giveTree(folder: string, account: Account | undefined): Promise<void> {
  if (account === undefined) return;
  const chown = findProgram('chown') ?? '/usr/bin/chown';
  const args = [
    '-R',
    '-P',
    '--no-dereference',
    `${String(account.uid)}:${String(account.gid)}`,
    '--',
    folder,
  ];
  if (!(await hasForeignOwner(folder, account))) return;
  const outcome = await runProcess({ file: chown, args }, { timeout: 600_000 });
  if (!succeeded(outcome)) throw folderRefused(folder, outcome.stderr.trim());
}

async function hasForeignOwner(folder: string, account: Account): Promise<boolean> {
  const find = findProgram('find') ?? '/usr/bin/find';
  const args = [folder, '-maxdepth', '1', '!', '-uid', String(account.uid), '-print', '-quit'];
  const outcome = await runProcess({ file: find, args }, { timeout: 60_000 });
  return outcome.stdout !== '';
}

/** The instance's identifier, made with the data directory. */
export async function openInstance(layout: Layout): Promise<{ readonly id: Id; readonly isNew: boolean }> {
  const text = await findText(layout.instanceFile);
  if (text === undefined) return { id: newId(new Date()), isNew: true };
  const id = parseId(text.trim());
  if (id === undefined) throw folderRefused(layout.data, `${layout.instanceFile} holds no identifier`);
  return { id, isNew: false };
}
