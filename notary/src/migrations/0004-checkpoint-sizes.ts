// Checkpoints by the size of their tree, so that an export reads them a page at a time, and a proof the one it needs.

/** Makes the index. */
export const notaryCheckpointSizes = {
  name: 'notary/0004-checkpoint-sizes',
  sql: `create index checkpoint_size on notary.checkpoint (size, minute);`,
};
