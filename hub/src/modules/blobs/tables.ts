// Rows of the `blobs` schema.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';

/** The tables that the store of `blobs` sees. */
export type BlobTables = {
  'blobs.object': {
    repo_id: Id;
    sha256: Sha256;
    size: number;
    backend: string;
    pushed_at: Date;
    pusher_id: Id | null;
    path: string | null;
    ref: string | null;
    xet_scope: Id | null;
    xet_hash: string | null;
  };
  'blobs.upload': {
    id: Id;
    repo_id: Id;
    sha256: Sha256;
    size: number;
    part_size: number;
    parts_id: string;
    begun_at: Date;
    expires_at: Date;
  };
};
