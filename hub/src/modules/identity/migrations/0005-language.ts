// In which language people are written to.

/** Adds what a user chose. */
export const language = {
  name: 'identity/0005-language',
  sql: `
alter table identity.account add column language text not null default 'en' check (language in ('en', 'pt'));
`,
};
