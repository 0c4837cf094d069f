// The face of `access`: who acts, on what, and the one decision.
export * from './model.ts';
export {
  NO_RUN,
  originFields,
  runForUse,
  type ClaimedOrigin,
  type Origin,
  type ProvenRun,
} from './origin.ts';
export {
  discoverableNamespaces,
  isFreshlyProved,
  needsProof,
  mayCredentials,
  mayGovern,
  mayInstance,
  mayInstanceMetrics,
  mayInvite,
  mayLike,
  mayNamespace,
  mayOversee,
  mayRepo,
  scopedReach,
} from './policy.ts';
export { credentialReference, operatorFields, referencesOf, tokenOf } from './references.ts';
