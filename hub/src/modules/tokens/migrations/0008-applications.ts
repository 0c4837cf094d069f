// Tokens that applications were given (OAuth 2.0).

/** Adds for which application a token was made, and to what its owner said yes; `null` for a person's own. */
export const applications = {
  name: 'tokens/0008-applications',
  sql: `
alter table tokens.token add column application jsonb;
create index token_application on tokens.token ((application ->> 'id'), user_id) where application is not null;
`,
};
