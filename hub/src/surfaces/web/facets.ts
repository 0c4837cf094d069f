// By what a list of repositories can be narrowed, with how many there are of each. Pure.
import { type RepoType } from '#modules/access';
import { tagsByType } from '#modules/cards';
import { type TagCount } from '#modules/repos';

/** One choice: the tag that narrows the list, and what it is called where it has a name of its own. */
export interface FacetChoice {
  readonly tag: string;
  readonly label: string;
  readonly count: number;
}

/** Choices of one kind. */
export interface FacetGroup {
  readonly kind: FacetKind;
  readonly choices: readonly FacetChoice[];
}

/** Kinds of choices. */
export type FacetKind = 'task' | 'library' | 'language' | 'licence' | 'size' | 'format' | 'sdk' | 'other';

const LISTS: Readonly<Record<Exclude<RepoType, 'space'>, readonly (readonly [FacetKind, string])[]>> = {
  model: [
    ['task', 'pipeline_tag'],
    ['library', 'library'],
    ['language', 'language'],
    ['licence', 'license'],
    ['other', 'other'],
  ],
  dataset: [
    ['task', 'task_categories'],
    ['size', 'size_categories'],
    ['format', 'format'],
    ['language', 'language'],
    ['licence', 'license'],
    ['other', 'other'],
  ],
};

const SDKS: ReadonlySet<string> = new Set(['gradio', 'streamlit', 'static', 'docker']);
/** More of one kind are found by their name. */
const MOST = 60;

/** The choices for a type, each kind with the most frequent first; kinds without any are left out. */
export function groupFacets(type: RepoType, counts: readonly TagCount[]): FacetGroup[] {
  const groups = type === 'space' ? spaceGroups(counts) : listedGroups(type, counts);
  return groups.filter(({ choices }) => choices.length > 0);
}

function listedGroups(type: Exclude<RepoType, 'space'>, counts: readonly TagCount[]): FacetGroup[] {
  const byTag = new Map(counts.map(({ tag, count }) => [tag, count]));
  const lists = tagsByType(type, byTag.keys());
  return LISTS[type].map(([kind, list]) => ({
    kind,
    choices: mostFrequent(
      (lists[list] ?? []).map(({ id, label }) => ({
        tag: id,
        // A card shows a licence by its identifier, as people know it; so does this.
        label: kind === 'licence' ? bare(id) : label,
        count: byTag.get(id) ?? 0,
      })),
    ),
  }));
}

function spaceGroups(counts: readonly TagCount[]): FacetGroup[] {
  const of = (isOne: (tag: string) => boolean): FacetChoice[] =>
    mostFrequent(counts.filter(({ tag }) => isOne(tag)).map((one) => ({ ...one, label: bare(one.tag) })));
  return [
    { kind: 'sdk', choices: of((tag) => SDKS.has(tag)) },
    { kind: 'licence', choices: of((tag) => tag.startsWith('license:')) },
    { kind: 'other', choices: of((tag) => !SDKS.has(tag) && !tag.includes(':')) },
  ];
}

function bare(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1);
}

function mostFrequent(choices: readonly FacetChoice[]): FacetChoice[] {
  return choices.toSorted((a, b) => b.count - a.count || (a.tag < b.tag ? -1 : 1)).slice(0, MOST);
}
