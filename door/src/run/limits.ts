// How much and how long a door bears. Pure.
import type { Limits } from './http/policy.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Connections of an app at the same time. */
export const MOST_ERRANDS = 512;
/** Connections of visitors at the same time. */
export const MOST_VISITS = 1_024;

const BOTH = {
  headBytes: 32_768,
  headMs: 20 * SECOND,
  stallMs: 2 * MINUTE,
  lingerMs: 5 * SECOND,
} as const;

/** Of what an app sends out. */
export const ERRAND_LIMITS: Limits = {
  ...BOTH,
  idleMs: 2 * MINUTE,
  answerMs: 10 * MINUTE,
  tunnelMs: 30 * MINUTE,
};

/** Of visits. A model may think for long; an open page of an app may say nothing for hours. */
export const VISIT_LIMITS: Limits = {
  ...BOTH,
  idleMs: 5 * MINUTE,
  answerMs: 10 * MINUTE,
  tunnelMs: 24 * 60 * MINUTE,
};
