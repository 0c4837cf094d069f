// The face of `access`: who acts, on what, and the one decision.
export * from './model.ts';
export {
  discoverableNamespaces,
  mayInstance,
  mayInstanceMetrics,
  mayLike,
  mayNamespace,
  mayRepo,
  scopedReach,
} from './policy.ts';
export { operatorFields, referencesOf } from './references.ts';
