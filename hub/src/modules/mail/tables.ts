// The tables of `mail`, and what it reads of `identity`: where a person gets mail, also one who signs up.
import { type Json } from '@holdfast/kernel/canonical-json';
import { type Id } from '@holdfast/kernel/id';
import { type Generated } from 'kysely';
import { type Language, type MailState } from './model.ts';

/** Rows by table. */
export interface MailTables {
  'mail.message': {
    id: Id;
    event: string;
    recipient_id: Id;
    kind: string;
    facts: Json;
    created_at: Date;
    state: Generated<MailState>;
    problem: Generated<string>;
    tries: Generated<number>;
    due_at: Date;
    settled_at: Generated<Date | null>;
  };
  'identity.account': {
    id: Id;
    name: string;
    email: string | null;
    disabled_at: Date | null;
    language: Language;
  };
  'identity.invitation': {
    id: Id;
    email: string;
    language: Language;
    asked_by: string | null;
    used_at: Date | null;
    expires_at: Date;
    revoked_at: Date | null;
  };
}
