// Refusals of these routes that RFC 6749 has no words for.
import { defineFault } from '@holdfast/kernel/fault';

export const scopeMissing = defineFault(
  'forbidden',
  'application.scope-missing',
  (scope: string) =>
    `Only a token that an application was given with the scope ${scope} may ask that. Send the person to /oauth/authorize.`,
);
