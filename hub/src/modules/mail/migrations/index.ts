// The migrations of this module, without the module: what migrates loads nothing else.
export { outbox as mailOutbox } from './0001-outbox.ts';
export { delivery as mailDelivery } from './0002-delivery.ts';
export { strangers as mailStrangers } from './0003-strangers.ts';
export { listed as mailListed } from './0004-listed.ts';
