// The keys, which are in no backup of the data: copied to a place of their own, or as one box that a passphrase opens.
import { join } from 'node:path';
import { newId } from '@holdfast/kernel/id';
import { openBox, sealBox } from './passphrase-box.ts';
import { findBytes, findText, isEmptyFolder, moveDurably, remove } from '@holdfast/platform/private-files';
import { z } from 'zod';
import { type Config } from '../config/config.ts';
import { keysMissing } from '../faults.ts';
import { layoutOf } from '../layout.ts';
import { digestFile, Target } from './copy.ts';
import { backupDamaged, passphraseRefused, placeRefused } from './faults.ts';
import { FORMAT, ManifestWriter, type Manifest } from './manifest.ts';
import { openPlace, requireApart } from './place.ts';
import { isKey, walk } from './sources.ts';

/** Which keys, and where to. */
export interface KeysWish {
  readonly config: Config;
  readonly folder: string;
  readonly passphrase: Buffer | undefined;
  readonly version: string;
}

const BOX = 'keys/box';
const Boxed = z.array(z.strictObject({ path: z.string(), bytes: z.base64() }));

/** Backs the keys up. Throws the faults of `faults.ts`. */
export async function backUpKeys({
  config,
  folder,
  passphrase,
  version,
}: KeysWish): Promise<{ files: number }> {
  const layout = layoutOf(config.folders);
  const instance = (await findText(layout.instanceFile))?.trim();
  if (instance === undefined) throw placeRefused(layout.data, 'it is the data directory of no instance');
  if ((await findText(join(layout.keys, 'hub.key'))) === undefined)
    throw keysMissing(join(layout.keys, 'hub.key'));
  await openPlace(folder, layout);
  if (passphrase === undefined) await requireApart(folder, 'keys');
  const head = {
    ...({ holdfast: 'backup', format: FORMAT, kind: 'keys', id: newId(new Date()), instance } as const),
    ...{ version, madeAt: new Date().toISOString(), postgres: null, sealed: passphrase !== undefined },
  };
  await using manifest = await ManifestWriter.open(folder, head);
  const target = new Target(folder);
  const boxed: z.infer<typeof Boxed> = [];
  for await (const { path, isFolder } of walk(layout.keys)) {
    if (isFolder || !isKey(path)) continue;
    if (passphrase === undefined) {
      const to = `keys/${path}`;
      await manifest.addFile({ path: to, ...(await target.copy(join(layout.keys, path), to)) });
    } else {
      const bytes = await findBytes(join(layout.keys, path));
      if (bytes !== undefined) boxed.push({ path, bytes: bytes.toString('base64') });
    }
  }
  if (passphrase !== undefined) {
    const text = sealBox(passphrase, Buffer.from(JSON.stringify(boxed)));
    await manifest.addFile({ path: BOX, ...(await target.write(BOX, text)) });
  }
  await target.sync();
  await manifest.finish();
  return { files: passphrase === undefined ? manifest.count.files : boxed.length };
}

/** Keys that are to be put back. */
interface RestoredKeys {
  readonly manifest: Manifest;
  readonly passphrase: Buffer | undefined;
  /** The folder of the keys. */
  readonly to: string;
}

/** Puts keys back, whole or not at all. Throws `backupDamaged`, `passphraseRefused`, `placeRefused`. */
export async function restoreKeys({ manifest, passphrase, to }: RestoredKeys): Promise<void> {
  const beside = `${to}.restoring`;
  await remove(beside);
  const target = new Target(beside);
  await target.addFolder('');
  if (manifest.head.sealed) await unpack(manifest, { target, passphrase });
  else
    for await (const line of manifest.lines()) {
      if (!('path' in line)) continue;
      const copied = await target.copy(join(manifest.folder, line.path), line.path.slice('keys/'.length));
      if (copied.sha256 !== line.sha256) throw backupDamaged(manifest.folder, `${line.path} was altered`);
    }
  await target.sync();
  if (await isEmptyFolder(to)) {
    await remove(to);
    await moveDurably(beside, to);
    return;
  }
  const same = await isSame(beside, to);
  await remove(beside);
  if (!same)
    throw placeRefused(
      to,
      'other keys are there already: leave out --keys to use those, which are the ones to use where they are of today',
    );
}

async function unpack(
  { folder }: Manifest,
  { target, passphrase }: { readonly target: Target; readonly passphrase: Buffer | undefined },
): Promise<void> {
  const text = await findText(join(folder, BOX), 256 * 1024 * 1024);
  if (text === undefined) throw backupDamaged(folder, `${BOX} is missing`);
  if (passphrase === undefined) throw passphraseRefused(`the keys in ${folder} are sealed by a passphrase`);
  const bytes = openKeys(folder, passphrase, text);
  if (bytes === undefined) throw passphraseRefused(`the passphrase does not open the keys in ${folder}`);
  for (const file of Boxed.parse(JSON.parse(bytes.toString('utf8'))))
    await target.write(file.path, Buffer.from(file.bytes, 'base64'));
  bytes.fill(0);
}

function openKeys(folder: string, passphrase: Buffer, text: string): Buffer | undefined {
  try {
    return openBox(passphrase, text);
  } catch {
    throw backupDamaged(folder, `${BOX} is no box with keys`);
  }
}

// A restore that was killed behind this step is run again.
async function isSame(...[one, other]: readonly [string, string]): Promise<boolean> {
  for await (const { path, isFolder } of walk(one)) {
    if (isFolder) continue;
    const [left, right] = [await digestFile(join(one, path)), await digestFile(join(other, path))];
    if (left?.sha256 !== right?.sha256) return false;
  }
  return true;
}
