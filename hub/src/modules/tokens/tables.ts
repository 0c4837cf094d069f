// Rows of the `tokens` schema.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Grant, type GrantUse } from '#modules/access';

import { type TokenApplication } from './model.ts';
import { type OrgDecision } from './reach-model.ts';

/** The tables that the store of `tokens` sees. */
export type TokenTables = {
  'tokens.device_login': {
    id: Id;
    digest: Sha256;
    user_code: string;
    address: string;
    client: string;
    created_at: Date;
    expires_at: Date;
    polled_at: Date | null;
    state: 'waiting' | 'approved' | 'denied' | 'used';
    user_id: Id | null;
    session_id: Id | null;
    grant_: Grant | null;
    /** Of the login, and once somebody let it in, of their approval. */
    mac: Buffer | null;
  };
  'tokens.org_decision': { token_id: Id; org_id: Id; state: OrgDecision; at: Date; mac: Buffer };
  'tokens.readmission': { application_id: Id; user_id: Id; org_id: Id; at: Date; mac: Buffer };
  'tokens.used': {
    token_id: Id;
    entity_id: Id;
    entity_type: GrantUse['entity']['type'];
    entity_name: string;
    permission: GrantUse['permission'];
    last_at: Date;
  };
  'tokens.pushed': { token_id: Id; at: Date };
  'tokens.network': { token_id: Id; network: string; last_at: Date };
  'tokens.token': {
    id: Id;
    user_id: Id;
    name: string;
    digest: Sha256;
    grant_: Grant;
    created_at: Date;
    expires_at: Date | null;
    revoked_at: Date | null;
    /** Networks; `null` is everywhere. */
    addresses: string[] | null;
    application: TokenApplication | null;
    mac: Buffer;
    last_used_at: Date | null;
    last_address: string | null;
    last_client: string | null;
  };
};
