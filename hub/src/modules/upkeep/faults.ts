// The refusals of `upkeep`.
import { defineFault } from '@holdfast/kernel/fault';
import { formatSize } from '@holdfast/kernel/size';

/** More than a namespace may store. Sizes are bytes. */
export const quotaExceeded = defineFault(
  'forbidden',
  'quota.exceeded',
  (of: { readonly name: string; readonly limit: number; readonly used: number; readonly wanted: number }) => [
    `${of.name} may store ${formatSize(of.limit)}: ${formatSize(of.used)} are used, and ${formatSize(of.wanted)} more were to be stored.`,
    { details: { limit: of.limit, used: of.used, wanted: of.wanted } },
  ],
);
