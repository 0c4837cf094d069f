// Indexes for who held which secret, and whom they reached: few kinds, so that uses of secrets, of which there are many, pay nothing for
// them and are in nobody's way.

/** Makes them. `PossessionReader` asks for these kinds alone, in the words of the indexes. */
export const possession = {
  name: 'ledger/0008-possession',
  sql: `
create index entry_secret_of_space on ledger.entry ((body::jsonb ->> 'space'), subject)
  where kind in ('secret.set', 'secret.released');
create index entry_possession on ledger.entry (subject, at)
  where kind in ('secret.set', 'secret.released', 'secret.delivered', 'secret.aborted', 'secret.ended', 'secret.echoed',
    'secret.deleted', 'space.token-reach');
create index entry_contacts on ledger.entry (actor, at) where kind = 'space.contacted';
`,
};
