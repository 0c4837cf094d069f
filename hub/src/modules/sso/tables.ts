// Rows of the `sso` schema.
import { type Id } from '@holdfast/kernel/id';

/** The tables that the store of `sso` sees. */
export type SsoTables = {
  'sso.link': {
    id: Id;
    issuer: string;
    subject: string;
    user_id: Id;
    created_at: Date;
    /** Over all of the others. */
    mac: Buffer;
  };
  /** Links from before there were seals. Nobody but the owner of the schema adds to it. */
  'sso.link_before': { issuer: string; subject: string; user_id: Id; created_at: Date };
  'sso.membership': { user_id: Id; org_id: Id };
  'sso.answered': { state: string; expires_at: Date };
};
