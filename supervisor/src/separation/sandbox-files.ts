// The files that sandboxes are made with: who their users are, and which system calls they may not make.
import { writeText } from '@holdfast/platform/private-files';
import { accountFiles } from './accounts.ts';
import { type Account } from './confinement.ts';
import { systemCallFilter } from './system-calls.ts';

/** The filter's file in the folder; not there on machines for which there is none. */
export const FILTER_FILE = 'system-calls.bpf';
/** The file of the filter for children that make sandboxes. */
export const MAKER_FILTER_FILE = 'system-calls-of-makers.bpf';

/** Writes them into this folder. */
export async function writeSandboxFiles(folder: string, accounts: readonly Account[]): Promise<void> {
  const { passwd, group } = accountFiles(accounts);
  await writeText(`${folder}/passwd`, passwd, { mode: 0o644 });
  await writeText(`${folder}/group`, group, { mode: 0o644 });
  const filter = systemCallFilter(process.arch);
  if (filter !== undefined) await writeText(`${folder}/${FILTER_FILE}`, filter, { mode: 0o644 });
  const ofMakers = systemCallFilter(process.arch, { makesSandboxes: true });
  if (ofMakers !== undefined) await writeText(`${folder}/${MAKER_FILTER_FILE}`, ofMakers, { mode: 0o644 });
}
