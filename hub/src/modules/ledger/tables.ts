// Rows of the `ledger` schema.

/** The tables that the ledger's store sees. */
export type LedgerTables = {
  'ledger.entry': {
    writer: string;
    lane: number;
    n: number;
    previous: string;
    at: Date;
    kind: string;
    subject: string;
    subject_n: number;
    subject_previous: string;
    actor: string;
    credential: string;
    body: string;
    hash: string;
  };
  // The notary's, which the hub may read.
  'notary.tree': { size: number };
  'notary.checkpoint': { minute: number; size: number; note: string };
  'notary.waiting': { since: Date | null };
  'ledger.personal': { entry: string; field: string; salt: Buffer; value: string };
};
