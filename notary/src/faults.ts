// Refusals of whoever asks for evidence.
import { defineFault } from '@holdfast/kernel/fault';

export const entryUnknown = defineFault('missing', 'ledger.entry-unknown', (entry: string) => [
  `The ledger has no entry ${entry} in its tree.`,
  { hint: 'name it by its number in the tree, or by its digest; the oldest ones may be cut off' },
]);
export const sizeUnknown = defineFault(
  'invalid',
  'ledger.size-invalid',
  (size: number, signed: number) => `The ledger has no tree of ${size} entries: ${signed} are signed.`,
);
export const nothingSigned = defineFault(
  'unavailable',
  'ledger.nothing-signed',
  () => 'The notary has signed nothing for what is in the database. See logs/notary.log.',
);
export const cutMeanwhile = defineFault('unavailable', 'ledger.cut-meanwhile', () => [
  'The oldest entries were cut off while they were read.',
  { hint: 'try again' },
]);
