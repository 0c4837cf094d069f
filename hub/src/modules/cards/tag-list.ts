// Sorts the tags in use on the hub into the lists that clients offer for filtering.
import { licences } from './licences.ts';
import type { RepoType } from './model.ts';
import { libraries, tasks } from './vocabulary.ts';

/** One tag in a list. */
export interface ListedTag {
  readonly id: string;
  readonly label: string;
  readonly type: string;
}

// Prefixes that are the name of a list.
const MODEL_LISTS = ['license', 'dataset', 'region'];
const DATASET_LISTS = [
  'license',
  'language',
  'size_categories',
  'task_categories',
  'task_ids',
  'library',
  'format',
  'modality',
  'benchmark',
];
// Lists that clients look for even when they are empty.
const MODEL_ALWAYS = ['region', 'library', 'other', 'license', 'language', 'dataset', 'pipeline_tag'];
const DATASET_ALWAYS = [
  'library',
  'license',
  'language',
  'other',
  'task_ids',
  'task_categories',
  'size_categories',
];

/** The tags by list, each list ordered by id. */
export function tagsByType(
  repoType: Exclude<RepoType, 'space'>,
  tags: Iterable<string>,
): Record<string, ListedTag[]> {
  const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });
  const lists = new Map<string, ListedTag[]>();
  for (const type of repoType === 'model' ? MODEL_ALWAYS : DATASET_ALWAYS) lists.set(type, []);
  for (const id of new Set(tags)) {
    const type = repoType === 'model' ? typeOfModelTag(id, names) : typeOfDatasetTag(id);
    if (type === undefined) continue;
    const list = lists.get(type) ?? [];
    lists.set(type, list);
    list.push({ id, label: labelOf(id, type, names), type });
  }
  for (const list of lists.values()) list.sort((a, b) => (a.id < b.id ? -1 : 1));
  return Object.fromEntries(lists);
}

function typeOfModelTag(id: string, names: Intl.DisplayNames): string | undefined {
  const prefix = prefixOf(id);
  if (prefix !== undefined) return MODEL_LISTS.includes(prefix) ? prefix : undefined;
  if (libraries.has(id)) return 'library';
  if (tasks.has(id) && id !== 'other') return 'pipeline_tag';
  return languageName(id, names) === undefined ? 'other' : 'language';
}

function typeOfDatasetTag(id: string): string | undefined {
  const prefix = prefixOf(id);
  if (prefix === undefined) return 'other';
  return DATASET_LISTS.includes(prefix) ? prefix : undefined;
}

function labelOf(id: string, type: string, names: Intl.DisplayNames): string {
  const value = prefixOf(id) === type ? id.slice(type.length + 1) : id;
  if (type === 'license') return licences.get(value) ?? value;
  return type === 'language' ? (languageName(value, names) ?? value) : value;
}

function prefixOf(id: string): string | undefined {
  const colon = id.indexOf(':');
  return colon === -1 ? undefined : id.slice(0, colon);
}

/** The English name of a language; `undefined` for a text that is no language anyone has named. */
function languageName(code: string, names: Intl.DisplayNames): string | undefined {
  if (code === 'multilingual') return 'multilingual';
  // Longer codes are words more often than languages.
  if (!/^[a-z]{2,3}(?:-(?:[A-Za-z]{2}|[A-Za-z]{4}))?$/.test(code)) return undefined;
  return names.of(code);
}
