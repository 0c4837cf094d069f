// The refusals of `oauth`. What a program is told in the words of RFC 6749 is in `answers.ts`.
import { defineFault } from '@holdfast/kernel/fault';

export const applicationUnknown = defineFault(
  'invalid',
  'application.unknown',
  () =>
    'No application is known here by that name. Ask whoever sent you: the link was not made for this hub.',
);
export const redirectMismatch = defineFault(
  'invalid',
  'application.redirect-mismatch',
  () =>
    'The application asks for its answer at an address that it never named. Nothing was sent there. Ask whoever runs the application.',
);
export const applicationForbidden = defineFault(
  'forbidden',
  'application.forbidden',
  () => 'Applications are managed by who owns them, signed in.',
);
export const applicationMissing = defineFault(
  'missing',
  'application.missing',
  () => 'There is no such application.',
);
export const applicationNameInvalid = defineFault(
  'invalid',
  'application.name-invalid',
  () => 'An application needs a name of 1 to 60 characters, without control characters.',
);
export const redirectInvalid = defineFault(
  'invalid',
  'application.redirect-invalid',
  (address: string) =>
    `${JSON.stringify(address)} cannot be an address to go back to. Write 1 to 10 of them: https, http of this very machine (localhost, 127.0.0.1, [::1]), or a scheme such as com.example.app:/back; without a fragment, written as a browser shows it.`,
);
export const applicationScopesInvalid = defineFault(
  'invalid',
  'application.scopes-invalid',
  () => 'An application asks for one scope at least, out of those that are offered.',
);
export const applicationsFull = defineFault(
  'limited',
  'application.full',
  () => 'You have 50 applications. Delete one that nobody uses.',
);
