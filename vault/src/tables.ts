// Rows of the `vault` schema, those of ledger and notary that the vault reads, and the seeds that it sealed for the hub.
import { type Generated } from 'kysely';

/** The tables that the vault's stores see. */
export type VaultTables = {
  'vault.space_key': { space: string; generation: number; wrapped: Buffer; renew_since: Date | null };
  'vault.version': {
    id: string;
    space: string;
    name: string;
    n: number;
    way: string;
    hosts: string[];
    places: unknown;
    provider: string | null;
    expires_at: Date | null;
    description: string;
    bytes: number;
    value: Buffer | null;
    created_at: Generated<Date>;
    live_until: Date | null;
    uses: Generated<number>;
    last_used_at: Date | null;
    echoed_at: Date | null;
    sealed_in: string;
    lost_at: Date | null;
  };
  'vault.lost_seed': { user_id: string; enrolment: string; at: Generated<Date> };
  'vault.sealed_value': { digest: string; day: number };
  'vault.ticket': { entry: string; run: string; at: Generated<Date> };
  'vault.run': {
    run: string;
    space: string;
    instance: string;
    door: string;
    released_at: Generated<Date>;
    delivered_at: Date | null;
    ended_at: Date | null;
    tag: Buffer | null;
    tag_generation: number | null;
  };
  'vault.held': {
    run: string;
    version: string;
    holder: string;
    placeholder: string | null;
    ended_at: Date | null;
    signed: Generated<boolean>;
  };
  'vault.lease': { run: string; ask: number; version: string; uses: number };
  /** Of the hub's tokens, what the vault may see. */
  'tokens.token': { id: string; digest: string };
  /** Of the hub's table of second factors, what a rotation encrypts anew. */
  'sessions.second_factor': { user_id: string; enrolment: string; seed: Buffer; in_vault: boolean };
  'ledger.entry': {
    writer: string;
    lane: number;
    n: number;
    at: Date;
    kind: string;
    subject: string;
    actor: string;
    credential: string;
    body: string;
    hash: string;
  };
  'ledger.personal': { entry: string; field: string; salt: Buffer; value: string };
  'notary.writer': { id: number; name: string };
  'notary.leaf': { index: number; writer: number; lane: number; n: number };
  'notary.checkpoint': { minute: number; size: number; note: string };
};
