// Refusals that belong to the LFS protocol.
import { defineFault } from '@holdfast/kernel/fault';

export const hashUnsupported = defineFault(
  'conflict',
  'lfs.hash-unsupported',
  (name: string) => `The hash algorithm ${JSON.stringify(name.slice(0, 40))} is not supported: use sha256.`,
);
export const locksUnsupported = defineFault(
  'missing',
  'lfs.locks-unsupported',
  () => 'This hub does not lock files.',
);
