// An index for whom the runs of one Space reached, the newest first, so that an answer over weeks of many changing hosts is read back
// piece by piece and never as a whole.

/** Makes it. `PossessionReader` asks for this kind alone, in the words of the index. */
export const contactsOfSpace = {
  name: 'ledger/0009-contacts-of-space',
  sql: `
create index entry_contacts_of_space on ledger.entry (subject, at) where kind = 'space.contacted';
`,
};
