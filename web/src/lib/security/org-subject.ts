// What somebody asked the ledger of their organisation about: the organisation, one of its repositories by name, or a reference. Pure.

/** A repository by its name in the organisation; or a reference as entries write it. */
export type OrgSubject =
  | { readonly kind: 'repo'; readonly type: 'model' | 'dataset' | 'space'; readonly name: string }
  | { readonly kind: 'reference'; readonly reference: string };

const TYPES = { models: 'model', datasets: 'dataset', spaces: 'space' } as const;

/** What was asked for; `undefined` for what cannot be the organisation's. */
export function orgSubject(org: string, text: string): OrgSubject | undefined {
  if (/^(?:account|repo|secret|token):[0-9a-f]{24}$/.test(text))
    return { kind: 'reference', reference: text };
  const [, prefix = 'models', namespace = '', name = ''] =
    /^\/?(?:(models|datasets|spaces)\/)?([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (namespace.toLowerCase() !== org.toLowerCase() || name === '') return undefined;
  return { kind: 'repo', type: TYPES[prefix as keyof typeof TYPES], name };
}

/** How a repository is asked for. */
export function writtenRepo(
  org: string,
  { type, name }: { readonly type: string; readonly name: string },
): string {
  return type === 'model' ? `${org}/${name}` : `${type}s/${org}/${name}`;
}
