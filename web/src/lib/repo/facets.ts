// The choices of a list, called what people call them. Pure.
import { type FacetGroup } from '@holdfast/hub/surfaces/web/pages';
import { type Language } from '../words/words.ts';
import { libraryName, taskName } from './ecosystem.ts';

/** The group with names in place of tags where the ecosystem has one. */
export function nameChoices(group: FacetGroup, language: Language): FacetGroup {
  if (group.kind !== 'task' && group.kind !== 'library') return group;
  const name = (label: string): string =>
    group.kind === 'task' ? taskName(label, language) : libraryName(label);
  return { ...group, choices: group.choices.map((choice) => ({ ...choice, label: name(choice.label) })) };
}
