// What the check of stored bytes has to remember of those that the database keeps.

/** Lets the pass go through git objects, and their damage be told of. */
export const upkeepGitObjects = {
  name: 'upkeep/0004-git-objects',
  sql: `
alter table upkeep.scrub
  drop constraint scrub_phase_check,
  add constraint scrub_phase_check
    check (phase in ('objects', 'packs', 'held-objects', 'held-packs', 'git-objects'));

-- A git object is named by its repository and its id.
alter table upkeep.damage
  drop constraint damage_kind_check,
  drop constraint damage_name_check,
  add constraint damage_kind_check check (kind in ('object', 'pack', 'git-object')),
  add constraint damage_name_check
    check (name ~ case kind when 'git-object' then '^[0-9a-f]{24}/[0-9a-f]{40}$' else '^[0-9a-f]{64}$' end);
`,
};
