// Mail that is kept until it is sent.

/** Makes the `mail` schema. */
export const outbox = {
  name: 'mail/0001-outbox',
  sql: `
create schema mail;
create table mail.message (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  -- What happened, and to whom it is told: told once.
  event text not null check (length(event) <= 256),
  recipient_id text not null references identity.account (id),
  kind text not null,
  facts jsonb not null,
  created_at timestamptz not null,
  unique (event, recipient_id)
);
create index message_created on mail.message (created_at, id);
grant usage on schema mail to holdfast_hub;
grant select, insert on mail.message to holdfast_hub;
`,
};
