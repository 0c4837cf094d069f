// Rows of the `oauth` schema.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Scope } from './scopes.ts';

/** The tables that the stores of `oauth` see. */
export type OauthTables = {
  'oauth.signing_key': { kid: string; sealed: Buffer; created_at: Date };
  'oauth.application': {
    id: Id;
    owner_id: Id;
    name: string;
    redirect_uris: string[];
    scopes: Scope[];
    secret_digest: Sha256 | null;
    created_at: Date;
    deleted_at: Date | null;
    mac: Buffer;
  };
  'oauth.authorization': {
    id: Id;
    user_id: Id;
    application_id: Id;
    scopes: Scope[];
    orgs: Id[];
    began_at: Date;
    used_at: Date | null;
    last_token_id: Id | null;
    ended_at: Date | null;
    mac: Buffer;
  };
  'oauth.code': {
    digest: Sha256;
    id: Id;
    authorization_id: Id;
    session_id: Id;
    redirect_uri: string;
    issuer: string;
    challenge: string;
    nonce: string;
    scopes: Scope[];
    proved_at: Date;
    expires_at: Date;
    used_at: Date | null;
    mac: Buffer;
  };
  'oauth.refresh': {
    digest: Sha256;
    family: Id;
    authorization_id: Id;
    scopes: Scope[];
    token_id: Id;
    began_at: Date;
    expires_at: Date;
    used_at: Date | null;
    ended_at: Date | null;
    mac: Buffer;
  };
};
