// The scopes that somebody chose in the form for a new token, in the words of scopes. What they mean, and whether they can be
// granted, is the hub's to say.
import { field } from './call.ts';

/** How many single repositories the form has lines for; more go into its text of scopes. */
export const TARGETS = [0, 1, 2] as const;

// What a choice stands for.
const CHOICES: Readonly<Record<string, string>> = {
  read: 'repo.content.read',
  write: 'repo.content.read,repo.write',
};

/** What can be ticked for a user or an organisation beside its repositories. */
export const MORE: Readonly<Record<'user' | 'org', readonly string[]>> = {
  user: ['user.social.likes.write', 'repo.access.read'],
  org: ['org.members.read', 'org.repos.read'],
};

/**
 * The scopes of a form, one for each thing that was chosen. Names of users come as `user:`, those of organisations as `org:`,
 * and what was ticked beside as `more:` before either.
 */
export function scopesOf(form: URLSearchParams, organizations: readonly string[]): string[] {
  const names = new Set([...form.keys()].map((name) => name.replace(/^more:/, '')));
  return [
    ...[...names].flatMap((name) => namespaceOf(form, name)),
    ...TARGETS.flatMap((at) => targetOf(form, at, organizations)),
    ...linesOf(form, 'scopes'),
  ];
}

/** The lines of a field that say something. */
export function linesOf(form: URLSearchParams, name: string): string[] {
  return field(form, name)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function namespaceOf(form: URLSearchParams, name: string): string[] {
  const kind = /^(user|org):/.exec(name)?.[1] as 'user' | 'org' | undefined;
  if (kind === undefined) return [];
  const ticked = form.getAll(`more:${name}`).filter((one) => MORE[kind].includes(one));
  const all = [...(CHOICES[field(form, name)]?.split(',') ?? []), ...ticked];
  return all.length === 0 ? [] : [`${name}=${all.join(',')}`];
}

function targetOf(form: URLSearchParams, at: number, organizations: readonly string[]): string[] {
  const name = field(form, `target-${at}`).trim();
  if (name === '') return [];
  const kind = field(form, `target-kind-${at}`);
  const owner = name.split('/', 1)[0] ?? '';
  const isOrganization = organizations.some((one) => one.toLowerCase() === owner.toLowerCase());
  const type = kind !== 'names' ? kind : isOrganization ? 'org' : 'user';
  return [`${type}:${name}=${CHOICES[field(form, `target-may-${at}`)] ?? 'repo.content.read'}`];
}
