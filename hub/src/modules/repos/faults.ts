// The refusals of `repos`.
import { defineFault } from '@holdfast/kernel/fault';

// The same words whether the repository is not there or may not be known: the answer must not tell which.
const HIDDEN = 'Repository not found';

export const repoMissing = defineFault('missing', 'repo.missing', () => HIDDEN);
export const repoSignInNeeded = defineFault('unauthenticated', 'repo.sign-in-needed', () => HIDDEN);
export const namesForbidden = defineFault(
  'forbidden',
  'repo.names-forbidden',
  () => 'Only administrators of this instance, signed in, may see what all repositories are called.',
);
export const repoForbidden = defineFault(
  'forbidden',
  'repo.forbidden',
  (need: string) => `You are not allowed to do that here: it needs ${need}.`,
);
export const repoGated = defineFault(
  'forbidden',
  'repo.gated',
  (id: string) => `Access to ${id} is restricted. Ask its owners to let you in.`,
);
export const repoNameInvalid = defineFault(
  'invalid',
  'repo.name-invalid',
  (name: string) =>
    `${JSON.stringify(name)} cannot be a repository name: use 1 to 96 letters, digits, "-", "_" or ".", starting and ending with a letter, a digit or "_", without "--" or "..", not ending in ".git" or ".ipynb".`,
);
export const repoExists = defineFault('conflict', 'repo.exists', (id: string) => [
  `You already created this repository: ${id}`,
  { details: { id } },
]);
export const repoNameRedirects = defineFault(
  'conflict',
  'repo.name-redirects',
  (id: string, to: string | undefined) => [
    `The name ${id} leads to a repository that was moved${to === undefined ? '' : ` to ${to}`}, and stays reserved for it.`,
    to === undefined ? {} : { details: { id: to } },
  ],
);
export const namespaceMissing = defineFault(
  'missing',
  'repo.namespace-missing',
  (name: string) =>
    `There is no user or organization named ${JSON.stringify(name)} in which you could create this.`,
);
export const namespaceForbidden = defineFault(
  'forbidden',
  'repo.namespace-forbidden',
  (name: string) =>
    `You don't have the rights to create a repository under the namespace ${JSON.stringify(name)}.`,
);
export const namespaceNotEmpty = defineFault(
  'conflict',
  'repo.namespace-not-empty',
  (name: string) =>
    `${JSON.stringify(name)} still has repositories. Delete them or move them elsewhere first.`,
);
export const replayUnsealed = defineFault(
  'forbidden',
  'repo.replay-unsealed',
  () =>
    'What an export says was deleted or renamed is done again by the operator alone, while the instance is sealed.',
);
export const storageForbidden = defineFault(
  'forbidden',
  'repo.storage-forbidden',
  (name: string) =>
    `You are not allowed to list the storage of ${JSON.stringify(name)}: only its members are.`,
);
export const listSignInNeeded = defineFault(
  'unauthenticated',
  'repo.list-sign-in-needed',
  () => 'Sign in: this hub is for its users.',
);
export const cursorInvalid = defineFault(
  'invalid',
  'repo.cursor-invalid',
  () => 'This cursor is not one that this list gave out.',
);
export const visibilityInvalid = defineFault(
  'invalid',
  'repo.visibility-invalid',
  () => 'Only Spaces can be protected.',
);
export const visibilityContradicts = defineFault(
  'invalid',
  'repo.visibility-contradicts',
  () => 'The fields `private` and `visibility` say different things. Send one of them.',
);
export const licenceUnknown = defineFault(
  'invalid',
  'repo.licence-unknown',
  (licence: string, problem: string) => `The licence ${JSON.stringify(licence)} cannot be set: ${problem}`,
);
export const secretsComeLater = defineFault(
  'invalid',
  'repo.secrets-come-later',
  () =>
    'Secrets are not taken together with a new Space. Make it without them, and set each with `add_space_secret` or `hf spaces secrets add`.',
);
export const optionUnavailable = defineFault(
  'invalid',
  'repo.option-unavailable',
  (option: string) => `This hub does not offer ${option}.`,
);
export const copiesBusy = defineFault(
  'limited',
  'repo.copies-busy',
  (most: number) =>
    `You are copying ${most} repositories already, or others copy many. Try again once one is done.`,
);
export const copyOvertaken = defineFault(
  'conflict',
  'repo.copy-overtaken',
  () => 'The history of the repository was rewritten while it was copied. Copy it again.',
);
