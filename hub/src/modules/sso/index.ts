// The face of `sso`.
export { SingleSignOn } from './single-sign-on.ts';
export { People } from './people.ts';
export { ssoUnconnected } from './faults.ts';
export {
  type Claims,
  type GroupRole,
  type IssuerLink,
  type SignOnOutcome,
  type SignOnStart,
} from './model.ts';
export { links as ssoLinks } from './migrations/0001-links.ts';
export { undone as ssoUndone } from './migrations/0002-undone.ts';
