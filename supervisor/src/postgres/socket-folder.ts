// The folder of the embedded server's socket. A socket's path may have 107 bytes, whatever the data directory's has.
import { join } from 'node:path';
import { ensureFolder, findOwner, type Owner } from '@holdfast/platform/private-files';
import { folderRefused } from '../faults.ts';
import { SOCKET_NAME } from './command-line.ts';
import { type Layout } from '../layout.ts';
import { type Mount } from '../separation/confinement.ts';
import { type Confiner } from '../separation/confiner.ts';

/** Longest folder with which the socket's whole path still fits. */
const LONGEST = 107 - `/${SOCKET_NAME}`.length;

/** What the choice depends on. */
export interface SocketPlace {
  readonly layout: Pick<Layout, 'run' | 'data'>;
  readonly confiner: { readonly mechanism: Pick<Confiner['mechanism'], 'sandbox'> };
  readonly instance: string;
  readonly accounts: { readonly postgres: Owner } | undefined;
}

/** The folder, made for the server to listen in. Throws as `chooseSocketFolder`. */
export async function openSocketFolder(place: SocketPlace): Promise<Mount> {
  const folder = await chooseSocketFolder(place);
  const owner = place.accounts?.postgres;
  await ensureFolder(folder.from, { mode: 0o755, ...(owner === undefined ? {} : { owner }) });
  return folder;
}

/**
 * Chooses the folder. In a sandbox the path inside counts, and that is short. Without one, a path that is too long
 * is replaced by one in the system's folder for such things; throws `folderRefused` when that is somebody else's.
 */
async function chooseSocketFolder(place: SocketPlace): Promise<Mount> {
  const own = join(place.layout.run, 'postgres');
  const to = '/run/postgres';
  if (place.confiner.mechanism.sandbox !== undefined || Buffer.byteLength(own) <= LONGEST)
    return { from: own, to, access: 'read' };
  const uid = process.getuid?.() ?? 0;
  const from = uid === 0 ? `/run/holdfast-${place.instance}` : `/tmp/holdfast-${place.instance}`;
  const found = await findOwner(from);
  // In a folder that everybody may write, somebody could have been there first to take our connections.
  if (found !== undefined && uid !== 0 && found.uid !== uid)
    throw folderRefused(place.layout.data, `${from}, the folder for its socket, belongs to another user`);
  return { from, to, access: 'read' };
}
