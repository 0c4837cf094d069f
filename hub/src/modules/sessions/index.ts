// The face of `sessions`.
export { Sessions, type BegunSession, type Proved, type Visit } from './sessions.ts';
export { Passkeys } from './passkeys.ts';
export { SecondFactors } from './second-factors.ts';
export { type SeedAuthor, type Seeds, type ShownCode } from './seeds.ts';
export { seedFault } from './faults.ts';
export { SignOut } from './sign-out.ts';
export { SignIn, type Outcome, type SignedIn } from './sign-in.ts';
export { LiveSessions } from './live-sessions.ts';
export { type LiveSession, type LiveFilter } from './live-store.ts';
export { Throttle } from './throttle.ts';
export { type Browser, type Proof, type WebSession } from './model.ts';
export { sessions as sessionSessions } from './migrations/0001-sessions.ts';
export { passkeys as sessionPasskeys } from './migrations/0003-passkeys.ts';
export { secondFactor as sessionSecondFactor } from './migrations/0002-second-factor.ts';
export { places as sessionPlaces } from './migrations/0005-places.ts';
export { vaultSeeds as sessionSeeds } from './migrations/0006-seeds.ts';
export { keptSessions as sessionKept } from './migrations/0004-kept.ts';
export { listed as sessionListed } from './migrations/0007-listed.ts';
