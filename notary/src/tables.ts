// Rows of the `notary` schema, and those of the ledger that the notary reads.

/** The tables that the notary's stores see. */
export type NotaryTables = {
  'notary.tree': { single: boolean; size: number; root: Buffer; heads: Buffer };
  'notary.writer': { id: number; name: string };
  'notary.lane': { writer: string; lane: number; n: number; head: string };
  'notary.leaf': { index: number; writer: number; lane: number; n: number };
  'notary.tile': { level: number; index: number; hashes: Buffer };
  'notary.cut': { single: boolean; size: number; lanes: Buffer; note: string };
  'notary.cut_lane': { writer: string; lane: number; n: number; head: string };
  'notary.checkpoint': { minute: number; size: number; note: string };
  'notary.waiting': { since: Date | null; lanes: number };
  'ledger.lane': { writer: string; lane: number; n: number; head: string };
  'ledger.entry': {
    writer: string;
    lane: number;
    n: number;
    previous: string;
    at: Date;
    xid: string;
    kind: string;
    subject: string;
    subject_n: number;
    subject_previous: string;
    actor: string;
    credential: string;
    body: string;
    hash: string;
  };
};
