// Rows of the `identity` schema.
import { type Generated } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Role } from '#modules/access';
import { type Language } from '#modules/mail';

/** The tables that the store of `identity` sees. */
export type IdentityTables = {
  'identity.account': {
    id: Id;
    kind: 'user' | 'org';
    name: string;
    fullname: string;
    email: string | null;
    administrator: boolean;
    password: string | null;
    created_at: Date;
    disabled_at: Date | null;
    signed_out_at: Date | null;
    second_factor_at: Date | null;
    /** Of an organisation: its members reach it with a second factor alone. */
    requires_second_factor: boolean;
    /** In which they are written to. */
    language: Language;
    /** Of an organisation: what it asks of tokens that are to reach it. */
    refuses_classic: Generated<boolean>;
    approves_tokens: Generated<boolean>;
    most_token_days: Generated<number | null>;
    /** Of an organisation: repositories that are made without a word on it are private. */
    private_by_default: Generated<boolean>;
    deleted_at: Generated<Date | null>;
  };
  'identity.name': {
    key: string;
    lookalike: string;
    account_id: Id;
    state: 'live' | 'redirect' | 'tombstone';
  };
  'identity.invitation': {
    id: Id;
    digest: Sha256;
    email: string;
    org_id: Id | null;
    role: Role | null;
    inviter_id: Id | null;
    created_at: Date;
    expires_at: Date;
    used_at: Date | null;
    revoked_at: Date | null;
    /** Who asked for it themselves, as a keyed digest of their address; `null` where somebody invited. */
    asked_by: Generated<Sha256 | null>;
    language: Generated<Language>;
  };
  'identity.membership': { org_id: Id; user_id: Id; role: Role; since: Generated<Date> };
};
