// Rows of the `sessions` schema.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Proof } from './model.ts';

/** The tables that the store of `sessions` sees. */
export type SessionTables = {
  'sessions.session': {
    id: Id;
    user_id: Id;
    digest: Sha256;
    proofs: Proof[];
    began_at: Date;
    proved_at: Date;
    expires_at: Date;
    ended_at: Date | null;
    address: string;
    client: string;
    seen_at: Date;
    standing: Sha256 | null;
    mac: Buffer;
  };
  'sessions.shown': { session_id: Id; number: number };
  'sessions.value': {
    session_id: Id;
    number: number;
    digest: Sha256;
    standing: Sha256;
    made_at: Date;
    mac: Buffer;
  };
  'sessions.second_factor': {
    user_id: Id;
    seed: Buffer;
    last_step: number;
    confirmed_at: Date | null;
    in_vault: boolean;
    enrolment: Id;
  };
  'sessions.recovery_code': { user_id: Id; digest: string; used_at: Date | null };
  'sessions.passkey': {
    id: Id;
    user_id: Id;
    name: string;
    credential: string;
    public_key: Buffer;
    counter: number;
    created_at: Date;
    used_at: Date | null;
    mac: Buffer;
  };
  'sessions.answered': { challenge: string; expires_at: Date };
  'sessions.place': { user_id: Id; network: string; last_at: Date };
  'sessions.try': { key: string; since: Date; count: number };
};
