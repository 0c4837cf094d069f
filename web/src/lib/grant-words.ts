// What a token may do, in plain words.
import { type Visit } from '@holdfast/hub/surfaces/web/pages';
import { type Words } from './words/en.ts';

/** What a token is allowed. */
export type Grant = Visit['actor']['grant'];
type Scoped = Extract<Grant, { role: 'fineGrained' }>['scoped'][number];

/** One sentence for each thing that a grant opens; one that says so where it opens nothing. */
export function describeGrant(grant: Grant, words: Words['tokens']): string[] {
  const { summary } = words;
  if (grant.role !== 'fineGrained') return [summary[grant.role]];
  const lines = grant.scoped.map((scope) => `${placeOf(scope, summary)}: ${actsOf(scope, words)}`);
  if (grant.canReadGatedRepos) lines.push(summary.gated);
  return lines.length > 0 ? lines : [summary.publicOnly];
}

function placeOf({ entity, patterns }: Scoped, summary: Words['tokens']['summary']): string {
  const fill = (text: string): string => text.replace('{name}', entity.name);
  if (entity.type !== 'user' && entity.type !== 'org') return fill(summary.places[entity.type]);
  if (patterns === undefined) return fill(summary.places.all);
  return fill(summary.places.named).replace('{patterns}', patterns.join(', '));
}

function actsOf({ permissions }: Scoped, { permissions: known, summary }: Words['tokens']): string {
  const all = known as Readonly<Record<string, string>>;
  const said = permissions.filter(
    (one) => !(one === 'repo.content.read' && permissions.includes('repo.write')),
  );
  return said.map((one) => all[one] ?? summary.idle.replace('{name}', one)).join('; ');
}
