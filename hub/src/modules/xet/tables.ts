// Rows of the `xet` schema.
import { type Generated } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type XetHash } from './format/xet-hash.ts';

/** The tables that the store of `xet` sees. */
export type XetTables = {
  'xet.scope': { scope_id: Id; generation: number };
  'xet.xorb': {
    scope_id: Id;
    hash: XetHash;
    pack: Sha256;
    packed_size: number;
    raw_size: number;
    chunks: Buffer;
    needed_at: Date;
    used: Generated<boolean>;
  };
  'xet.file': { scope_id: Id; hash: XetHash; size: number; terms: Buffer; stored_at: Date };
  'xet.chunk': { scope_id: Id; hash: Buffer; xorb_hash: XetHash };
  'xet.use': { scope_id: Id; xorb_hash: XetHash; file_hash: XetHash };
};
