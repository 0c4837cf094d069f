// The choices of a list, called what people call them. Pure.
import { type FacetGroup } from '@holdfast/hub/surfaces/web/pages';
import { libraryName, taskName } from './ecosystem.ts';

/** The group with names in place of tags where the ecosystem has one. */
export function nameChoices(group: FacetGroup): FacetGroup {
  const name = group.kind === 'task' ? taskName : group.kind === 'library' ? libraryName : undefined;
  if (name === undefined) return group;
  return { ...group, choices: group.choices.map((choice) => ({ ...choice, label: name(choice.label) })) };
}
