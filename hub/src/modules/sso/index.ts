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
