// A vault, a notary and a server of PostgreSQL that a test kills while releases go on, each as a process of its own.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openOwnFolder } from '@holdfast/notary/own-folder';
import { openTestDatabase } from '../harness/database.ts';
import { NotaryProcess } from '../harness/notary-process.ts';
import { openScratch } from '../harness/scratch.ts';
import { sharedServer } from '../harness/shared-server.ts';
import { VaultProcess, type VaultSite } from '../harness/vault-process.ts';

/** Who has a part in a release. */
export const VICTIMS = ['vault', 'notary', 'server'] as const;
/** One of them. */
export type Victim = (typeof VICTIMS)[number];
/** How long something may take on a machine that has much else to do. */
const PATIENCE_MS = 60_000;

/** What can be killed, as it runs now. */
export interface Killable {
  vault: VaultProcess;
  notary: NotaryProcess;
  /** Runs that go on while a vault is killed; all others that it knew are over. */
  living?: readonly string[];
}

/** What it stands on. */
interface Place {
  readonly site: VaultSite;
  readonly notaryFolder: string;
}

/** Makes one. */
export async function openPlace(stack: AsyncDisposableStack): Promise<Place> {
  const database = stack.use(await openTestDatabase());
  const folder = stack.use(await openScratch('release-kill')).path;
  const notaryFolder = path.join(folder, 'notary');
  await mkdir(notaryFolder);
  const { signer } = await openOwnFolder(notaryFolder);
  return { site: { database, folder, signer, isQuiet: true }, notaryFolder };
}

async function startVault(site: VaultSite, runs: readonly string[] = []): Promise<VaultProcess> {
  const vault = await VaultProcess.start(site);
  assert.equal(vault.state.sealed, null);
  vault.say('runner', { type: 'hello', runs });
  return vault;
}

/** Starts vault and notary, which end with the stack. */
export async function startAll(stack: AsyncDisposableStack, place: Place): Promise<Killable> {
  const running: Killable = {
    notary: await NotaryProcess.start(place.site.database, place.notaryFolder),
    vault: await startVault(place.site),
  };
  stack.defer(async () => await running.notary[Symbol.asyncDispose]());
  stack.defer(async () => await running.vault[Symbol.asyncDispose]());
  return running;
}

/** Kills it, and has another take its place. */
export async function kill(victim: Victim, { site, notaryFolder }: Place, running: Killable): Promise<void> {
  if (victim === 'vault') {
    await running.vault.kill();
    running.vault = await startVault(site, running.living);
  } else if (victim === 'notary') {
    await running.notary.kill();
    running.notary = await NotaryProcess.start(site.database, notaryFolder);
  } else {
    const server = await sharedServer();
    await server.kill();
    await server.start();
  }
}

/** Waits until it is so. */
export async function until(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  for (const giveUp = Date.now() + PATIENCE_MS; !(await is()); await delay(20))
    assert.ok(Date.now() < giveUp, what);
}
