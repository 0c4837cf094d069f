// Indexes for looking entries up by who acted, through what, to what, and from where, each within a time.

/** Makes them. The one by subject takes the place of one that nothing asked for. */
export const lookUps = {
  name: 'ledger/0003-look-ups',
  sql: `
drop index ledger.entry_subject;
create index entry_subject on ledger.entry (subject, at);
create index entry_credential on ledger.entry (credential, at) where credential <> '';
create index entry_actor on ledger.entry (actor, at);
create index personal_address on ledger.personal (value) where field = 'address';
`,
};
