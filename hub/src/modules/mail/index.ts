// The face of `mail`.
export { LANGUAGES, type Language } from './model.ts';
export { Delivery, type Carrier, type CarryOutcome, type OutgoingMail } from './delivery.ts';
export { KeptMails, type KeptMail } from './kept-mails.ts';
export { MailLog } from './mail-log.ts';
export { type LoggedMail, type MailFilter } from './mail-log-store.ts';
export { writeMail } from './outbox.ts';
export { outbox as mailOutbox } from './migrations/0001-outbox.ts';
export { strangers as mailStrangers } from './migrations/0003-strangers.ts';
export { delivery as mailDelivery } from './migrations/0002-delivery.ts';
export { listed as mailListed } from './migrations/0004-listed.ts';
