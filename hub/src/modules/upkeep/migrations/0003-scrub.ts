// What the check of stored bytes has to remember.

/** Lets a pass over the store go on after a restart, and damage be told of until it is mended. */
export const upkeepScrub = {
  name: 'upkeep/0003-scrub',
  sql: `
-- One row: where the pass over all stored bytes is, and, when it is through, since when.
create table upkeep.scrub (
  single boolean primary key default true check (single),
  phase text not null check (phase in ('objects', 'packs', 'held-objects', 'held-packs')),
  passed text collate "C" not null,
  begun_at timestamptz not null,
  ended_at timestamptz
);

-- Bytes that are not what they were, or not there although somebody has them. A row goes once they are whole again.
create table upkeep.damage (
  kind text not null check (kind in ('object', 'pack')),
  name text collate "C" not null check (name ~ '^[0-9a-f]{64}$'),
  flaw text not null check (flaw in ('altered', 'missing', 'unreadable')),
  found_at timestamptz not null,
  primary key (kind, name)
);

grant select, insert, update, delete on upkeep.scrub, upkeep.damage to holdfast_hub;
`,
};
