// Refusals of the routes about files.
import { defineFault } from '@holdfast/kernel/fault';

export const rewritingUnsupported = defineFault(
  'invalid',
  'lfs-files.rewriting-unsupported',
  () =>
    'This hub does not rewrite history. Delete the files in a commit, or ask for the deletion without rewriting history; their pointers then stay in old commits.',
);
