// The face of `mail`.
export { LANGUAGES, type Language } from './model.ts';
export { Delivery, type Carrier, type CarryOutcome, type OutgoingMail } from './delivery.ts';
export { KeptMails, type KeptMail } from './kept-mails.ts';
export { MailLog } from './mail-log.ts';
export { type LoggedMail, type MailFilter } from './mail-log-store.ts';
export { writeMail } from './outbox.ts';
