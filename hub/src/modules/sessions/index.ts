// The face of `sessions`.
export { Sessions, type BegunSession, type Proved, type Visit } from './sessions.ts';
export { Passkeys } from './passkeys.ts';
export { SecondFactors } from './second-factors.ts';
export { type SeedAuthor, type Seeds, type ShownCode } from './seeds.ts';
export { endRecoveryCodes, type SeedName } from './factor-store.ts';
export { seedFault } from './faults.ts';
export { SignOut } from './sign-out.ts';
export { SignIn, type Outcome, type SignedIn } from './sign-in.ts';
export { LiveSessions } from './live-sessions.ts';
export { type LiveSession, type LiveFilter } from './live-store.ts';
export { Throttle } from './throttle.ts';
export { askedAt, type Browser, type Proof, type WebSession } from './model.ts';
