// What is settled before any child starts: folders, keys, users, the level of separation.
import { type Lock } from '@holdfast/platform/lock';
import { ensureFolder } from '@holdfast/platform/private-files';
import { type Config } from './config/config.ts';
import { type ConfigSecrets } from './config/secrets.ts';
import { type Console } from './console.ts';
import { type ChildAccounts, openChildFolders, writeRunFiles } from './folders.ts';
import { type Keys } from './keys.ts';
import { type CodeView, type Layout, viewCode } from './layout.ts';
import { type Logs } from './logs.ts';
import { openPages } from './page-build.ts';
import { digestProgram } from './program-digest.ts';
import { ensureAccount } from './separation/accounts.ts';
import { type Account } from './separation/confinement.ts';
import { measureSeparation } from './separation/measure.ts';
import { Confiner } from './separation/confiner.ts';
import { requireReachable } from './separation/reachable.ts';

/** What `start` is given. */
export interface StartOptions {
  readonly config: Config;
  readonly secrets: ConfigSecrets;
  readonly checkout: string;
  /** The Node that runs the children. */
  readonly node: string;
  readonly version: string;
  readonly console: Console;
  /** `postgres` starts the embedded database alone, to dump or restore it. */
  readonly only: 'postgres' | undefined;
  /** Go on where the database lacks what the ledger's checkpoints were signed for. */
  readonly acceptLoss: boolean;
  /** Copy the children's logs to standard error. */
  readonly copyLogs: boolean;
  /** Aborted when everything shall end in good order. */
  readonly stop: AbortSignal;
  /** Aborted when it shall end at once. */
  readonly abandon: AbortSignal;
}

/** What the parts that start children share. */
export interface Site extends StartOptions {
  readonly layout: Layout;
  /** The data came out of a backup, and nobody has accepted yet what that does not know. */
  readonly restored: boolean;
  readonly instance: string;
  readonly keys: Keys;
  readonly logs: Logs;
  /** Inherited by preparation, notary, vault, courier and hub, so that the next start finds one that outlived us. */
  readonly hubLock: Lock;
  readonly confiner: Confiner;
  /** Present when the children run as users of their own. */
  readonly accounts: ChildAccounts | undefined;
  readonly code: CodeView;
  /** Which program this is: `digestProgram`. */
  readonly program: string;
}

/** The part of a site that is known before separation is measured. */
export type Ground = Omit<Site, 'confiner' | 'accounts' | 'code' | 'program'>;

/** Makes users, files and folders, and measures what keeps the children apart. */
export async function openSite(ground: Ground): Promise<Site> {
  const { layout, checkout, node } = ground;
  const digesting = digestProgram(checkout);
  digesting.catch(() => undefined); // seen below, if nothing else fails before
  const root = process.getuid?.() === 0;
  const accounts = root ? await ensureAccounts(ground.config.file.accounts) : undefined;
  await writeRunFiles(layout, accounts === undefined ? [self()] : Object.values(accounts));
  const mechanism = await measureSeparation({ root, account: accounts?.hub, accounts: layout.etc });
  const used = mechanism.level === 'uids' ? accounts : undefined;
  await openChildFolders(layout, used, mechanism.sandbox !== undefined);
  const pages = await pagesOf(ground);
  const code = viewCode(checkout, node, pages);
  if (used !== undefined && mechanism.sandbox === undefined)
    await requireReachable(mechanism, used, { code, layout });
  const program = await digesting;
  return { ...ground, confiner: new Confiner(mechanism), accounts: used, code, program };
}

/** The built pages. Without them the API is served all the same: a checkout that cannot be written to stops no hub. */
async function pagesOf({ checkout, node, layout, only, console }: Ground): Promise<string> {
  if (only === undefined)
    try {
      return await openPages({ checkout, node, tell: (line) => console.step(line) });
    } catch (error) {
      console.warn(
        `${error instanceof Error ? error.message : String(error)}; the API is served without them`,
      );
    }
  await ensureFolder(layout.noPages, { mode: 0o755 });
  return layout.noPages;
}

async function ensureAccounts(names: Config['file']['accounts']): Promise<ChildAccounts> {
  return {
    hub: await ensureAccount(names.hub),
    notary: await ensureAccount(names.notary),
    vault: await ensureAccount(names.vault),
    courier: await ensureAccount(names.courier),
    runner: await ensureAccount(names.runner),
    postgres: await ensureAccount(names.postgres),
    prepare: await ensureAccount(names.prepare),
  };
}

function self(): Account {
  return { name: 'holdfast', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}
