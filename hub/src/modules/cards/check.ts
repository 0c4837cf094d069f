// Rules about the meaning of metadata: errors for what clients and the hub would trip over, warnings for what is left out.
import { fieldOf, findText, isList, listTexts } from './fields.ts';
import { licences } from './licences.ts';
import { isOneOf, lookFindings, type Finding } from './look.ts';
import { checkModelIndex } from './model-index.ts';
import type { Metadata, RepoType } from './model.ts';
import { tasks } from './vocabulary.ts';

/** What was found. */
export interface Findings {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

const SDKS = ['gradio', 'docker', 'static', 'streamlit'];
const LANGUAGE = /^[a-z]{2,12}(?:-[a-z0-9]{1,12}){0,4}$/i;
// Fields that hold one or several lines of text.
const LISTS = [
  'tags',
  'datasets',
  'metrics',
  'base_model',
  'language',
  'task_categories',
  'task_ids',
  'size_categories',
];

/** Checks the metadata of a card. */
export function checkMetadata(metadata: Metadata, type: RepoType | undefined): Findings {
  const errors = textsOf(licenceErrors(metadata));
  const warnings = textsOf(listWarnings(metadata, LISTS), languageWarnings(metadata));
  const index = fieldOf(metadata, 'model-index');
  if (index !== undefined && index !== null) errors.push(...checkModelIndex(index));
  if (type === 'space') {
    errors.push(...spaceErrors(metadata));
    warnings.push(...spaceWarnings(metadata));
  } else {
    const task = findText(metadata, 'pipeline_tag');
    if (task !== undefined && !tasks.has(task))
      warnings.push(`"pipeline_tag" ${JSON.stringify(task)} is not a known task`);
  }
  return { errors, warnings };
}

/** What is wrong with the keys of a Space that say how it is shown and found, not how it is run. */
export function* checkShown(metadata: Metadata): Generator<Finding> {
  yield* lookFindings(metadata);
  yield* licenceErrors(metadata);
  yield* listWarnings(metadata, ['tags', 'language']);
  yield* languageWarnings(metadata);
}

function textsOf(...findings: readonly Iterable<Finding>[]): string[] {
  return findings.flatMap((some) => Array.from(some, ({ text }) => text));
}

function* licenceErrors(metadata: Metadata): Generator<Finding> {
  const key = 'license';
  const value = fieldOf(metadata, key);
  if (value === undefined || value === null) return;
  for (const id of isList(value) ? value.slice(0, 20) : [value]) {
    if (typeof id === 'string' && licences.has(id)) continue;
    const shown = JSON.stringify(id).slice(0, 80);
    const meant = typeof id === 'string' ? id.trim().toLowerCase() : '';
    const hint = licences.has(meant)
      ? `did you mean "${meant}"?`
      : 'use "other" with "license_name" for one that is not in the list';
    yield { key, text: `"license" ${shown} is not a known licence id: ${hint}` };
  }
}

function* listWarnings(metadata: Metadata, keys: readonly string[]): Generator<Finding> {
  for (const key of keys) {
    const value = fieldOf(metadata, key);
    if (value === undefined || value === null) continue;
    const expected = isList(value)
      ? new Set(value.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one)))).size
      : 1;
    if (listTexts(metadata, key).length < expected)
      yield { key, text: `"${key}" must be short text or a list of such; the rest is ignored` };
  }
}

function* languageWarnings(metadata: Metadata): Generator<Finding> {
  const key = 'language';
  for (const code of listTexts(metadata, key)) {
    if (isLanguage(code)) continue;
    yield { key, text: `"language" ${JSON.stringify(code)} is not a language code such as "en" or "pt-BR"` };
  }
}

/** Whether a text has the shape of a language code, or is `code` or `multilingual`. */
export function isLanguage(text: string): boolean {
  return LANGUAGE.test(text);
}

function* spaceErrors(metadata: Metadata): Generator<string> {
  const sdk = fieldOf(metadata, 'sdk');
  if (sdk !== undefined && !isOneOf(SDKS, sdk)) yield `"sdk" must be one of ${SDKS.join(', ')}`;
  const port = fieldOf(metadata, 'app_port');
  if (port !== undefined && !(Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536)) {
    yield '"app_port" must be a port number';
  }
}

function* spaceWarnings(metadata: Metadata): Generator<string> {
  if (fieldOf(metadata, 'sdk') === undefined)
    yield 'Missing configuration in README: "sdk" says how the Space is run';
  yield* textsOf(lookFindings(metadata));
}
