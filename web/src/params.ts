// Which parts of an address mean a list or a type of repositories.
import { defineParams } from '@sveltejs/kit/params';

const LISTS: ReadonlySet<string> = new Set(['models', 'datasets', 'spaces']);
const PREFIXES: ReadonlySet<string> = new Set(['datasets', 'spaces']);

// The hub's own words are nobody's names; here those are left out below which there are pages.
const OWN: ReadonlySet<string> = new Set([
  'account',
  'sign-in',
  'sign-out',
  'sign-up',
  'join',
  'device',
  'language',
  'new',
  'oauth',
]);

/** Parts of addresses that are one of a few words. */
export const params = defineParams({
  list: (text: string) => (LISTS.has(text) ? text : undefined),
  owner: (text: string) => (OWN.has(text) || LISTS.has(text) ? undefined : text),
  prefix: (text: string) => (PREFIXES.has(text) ? text : undefined),
});
