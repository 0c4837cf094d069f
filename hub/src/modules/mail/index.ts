// The face of `mail`.
export { LANGUAGES, type Language } from './compose.ts';
export { KeptMails, type KeptMail } from './kept-mails.ts';
export { writeMail } from './outbox.ts';
export { outbox as mailOutbox } from './migrations/0001-outbox.ts';
