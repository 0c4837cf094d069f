// Mail to who has no account yet: a sign-up gets one, and its id stands where that of an account would.

/** Lets mail go to sign-ups. */
export const strangers = {
  name: 'mail/0003-strangers',
  sql: `
alter table mail.message drop constraint message_recipient_id_fkey;
`,
};
