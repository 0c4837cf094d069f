// What the notary keeps: the order of entries, the tree's tiles, the chains' heads and the signed checkpoints.

/** Makes the schema, which the notary alone may write. */
export const notaryTree = {
  name: 'notary/0001-tree',
  sql: `
create schema notary;

-- One row, which a round of the notary locks: two notaries of one database take turns by it.
create table notary.tree (
  single boolean primary key default true check (single),
  size bigint not null,
  root bytea not null,
  heads bytea not null
);
insert into notary.tree (size, root, heads)
  values (0, sha256(''::bytea), decode(repeat('00', 32), 'hex'));

-- Numbers for the names of writers, so that a leaf is small.
create table notary.writer (id smallint primary key, name name not null unique);

-- How far each lane is ordered.
create table notary.lane (
  writer name not null, lane smallint not null, n bigint not null, head text not null,
  primary key (writer, lane)
);

-- Which entry is which leaf.
create table notary.leaf (
  index bigint primary key,
  writer smallint not null references notary.writer (id),
  lane smallint not null,
  n bigint not null,
  unique (writer, lane, n)
);

-- Hashes of the tree, 256 in a tile, as in C2SP's tlog-tiles.
create table notary.tile (
  level smallint not null, index bigint not null, hashes bytea not null check (octet_length(hashes) between 32 and 8192),
  primary key (level, index)
);
alter table notary.tile alter column hashes set storage external;

-- Chains and where they end; the first two bytes of a key are its bucket.
create table notary.head (
  key bytea primary key, relation text not null, name text not null, n bigint not null, digest bytea not null
);
create table notary.bucket (bucket integer primary key, keys bigint not null, hash bytea not null);

-- The last checkpoint of each minute in which there was one.
create table notary.checkpoint (minute bigint primary key, size bigint not null, note text not null);

-- Since when the oldest entry waits that is not ordered. A view, because the hub sees no lanes.
create view notary.waiting as
  select min(e.at) as since, count(*) as lanes
    from ledger.lane l
    left join notary.lane o on o.writer = l.writer and o.lane = l.lane
    join ledger.entry e on e.writer = l.writer and e.lane = l.lane and e.n = coalesce(o.n, 0) + 1;

grant usage on schema ledger, notary to holdfast_notary;
grant select on ledger.entry, ledger.lane to holdfast_notary;
grant select, insert, update on all tables in schema notary to holdfast_notary;
grant usage on schema notary to holdfast_hub;
grant select on all tables in schema notary to holdfast_hub;
`,
};
