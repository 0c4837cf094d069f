// The fields by which entries of the ledger are found, in the order of the form. Pure.

/** What is typed. */
export const FIELDS = ['actor', 'token', 'subject', 'kind', 'address'] as const;
/** And the moments. */
export const MOMENTS = ['since', 'until'] as const;
/** What is typed where the ledger of one organisation is looked into, beside the subject. */
export const ORG_FIELDS = ['actor', 'kind'] as const;
