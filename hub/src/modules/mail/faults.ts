// The refusals of `mail`.
import { defineFault } from '@holdfast/kernel/fault';

export const mailForbidden = defineFault(
  'forbidden',
  'mail.forbidden',
  () => 'Only administrators of the instance may see mail that was not sent.',
);

export const mailUnsendable = defineFault('unavailable', 'mail.unsendable', (why: string) => [
  `Mail cannot be sent: ${why}.`,
  { hint: 'correct `mail` in the configuration file (docs/configuration.md) and start again' },
]);
