// The workspaces that children run, in the one place that says so.

/** Folders of the checkout whose sources are run by children. */
export const CHILD_WORKSPACES: readonly string[] = [
  'kernel',
  'platform',
  'supervisor',
  'notary',
  'vault',
  'courier',
  'inside',
  'door',
  'runner',
  'hub',
];
