// An index for what the security centre counts by the hour: few kinds, so that most entries pay nothing for it.

/** Makes it. `TallyReader` asks for these kinds alone, in the words of the index. */
export const watched = {
  name: 'ledger/0006-watched',
  sql: `
create index entry_watched on ledger.entry (kind, at)
  where kind in ('session.begun', 'refusal.noted', 'refusal.repeated', 'space.egress-refused', 'secret.used',
    'secret.misplaced', 'secret.echoed');
`,
};
