// The refusals of `mail`.
import { defineFault } from '@holdfast/kernel/fault';

export const mailForbidden = defineFault(
  'forbidden',
  'mail.forbidden',
  () => 'Only administrators of the instance may see mail that was not sent.',
);
