// The face of `sessions`.
export { Sessions, type BegunSession, type Proved, type Visit } from './sessions.ts';
export { SignIn, type SignedIn } from './sign-in.ts';
export { Throttle } from './throttle.ts';
export { type Browser, type Proof, type WebSession } from './model.ts';
export { sessions as sessionSessions } from './migrations/0001-sessions.ts';
export { keptSessions as sessionKept } from './migrations/0004-kept.ts';
