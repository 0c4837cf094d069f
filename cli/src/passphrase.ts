// A passphrase comes from a file, never from a word of the command line, which others on the machine can read.
import { findText } from '@holdfast/platform/private-files';
import { type Call } from './command.ts';
import { usageRejected } from './faults.ts';

/** The passphrase in the file that this flag names; `undefined` without the flag. Throws `usageRejected`. */
export async function readPassphraseFile({ flags }: Call, flag: string): Promise<Buffer | undefined> {
  const file = flags[flag];
  if (typeof file !== 'string') return undefined;
  const found = await findText(file, 4_096).catch((error: unknown) => {
    throw usageRejected(
      `the file with the passphrase cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'name a file of at most 4096 bytes that holds the passphrase, and that this user may read',
    );
  });
  const text = found?.replace(/\r?\n$/, '');
  if (text === undefined || text === '')
    throw usageRejected(`there is no passphrase in ${file}`, 'name a file that holds the passphrase');
  return Buffer.from(text);
}
