// What the security centre says to who administers an organisation, in English.

/** The words of an organisation's part of the security centre. */
export const enOrgSecurity = {
  title: 'Organizations',
  lead: 'The organizations that you administer. Each has rooms of its own, with what concerns it alone.',
  places: {
    overview: 'Overview',
    members: 'Members',
    tokens: 'Tokens',
    ledger: 'Ledger',
    secrets: 'Secrets',
    doors: 'Doors',
  },
  overview: {
    title: 'Security of {name}',
    lead: 'What concerns {name}, and nobody else. Vault, notary, mail and the users of this hub are its administrators’.',
    members: 'members',
    owners: 'administer it',
    withoutFactor: 'without a second factor',
    more: 'or more',
    tokens: 'The tokens that reach it, and what it asks of them',
    policy: 'What it asks of its members',
    page: 'Repositories',
  },
  members: {
    title: 'Members',
    lead: 'Who belongs to {name}, with their second factor and their last sign-in. Roles and invitations are on its page.',
    settings: 'Roles and invitations',
    member: 'Member',
    role: 'Role',
    since: 'Since',
    disabled: 'disabled',
    remove: 'Remove',
    removeHint:
      'Their sessions and tokens stop reaching the organization within a second. What they made stays. They are told by mail.',
    removed: 'They do not belong to the organization any more.',
    own: 'This is you.',
  },
  secrets: {
    lead: 'Which secrets the Spaces of {name} have, and how each is released. Nobody reads a value back.',
    none: 'No Space on this page has a secret.',
  },
  doors: { none: 'No Space on this page runs a program.' },
  ledger: {
    lead: 'What was done to {name}, to one of its repositories or to a secret of its Spaces, the newest first. Addresses are told of its members alone.',
    subject: 'To what',
    subjectHint:
      'nothing for the organization itself; {name}/…, datasets/{name}/…, spaces/{name}/…; secret:…, token:…',
    unknown: 'Of {name} there is nothing of that name.',
    noneYet: 'None among the entries that were looked at for this page; go on to earlier ones.',
    itself: 'the organization itself',
    withheld:
      'A proof holds the whole entry, and some of this one is not shown here: through what somebody came, a personal value, or how the vault counts. Administrators of this hub can prove it.',
  },
};
