// What lists follow where many match: every repository in each order, in narrow rows that tell nearly all that do not match.

const SETS = 'facets0, facets1, facets2, text0, text1, text2, text3';
const VALUES = 'downloads, likes, likes_30d, trending, created_at, last_modified, parameters, main_size';
const SORTED = VALUES.split(', ');

/** Fills the table from `repos.searched`. */
const FILL = `
  insert into repos.ordered (type, repo_id, hidden, ${VALUES}, ${SETS})
    select type, repo_id, hidden, ${VALUES}, ${SETS} from repos.searched s
      cross join lateral repos.sets_of(s.facets, repos.text_keys(s.full_name, s.words))`;

const indexOf = (column: string): string => `
create index ordered_${column} on repos.ordered (type, ${column} desc, repo_id desc) include (hidden, ${SETS});`;

/** A row's values, out of a repository's row. */
const VALUES_OF_NEW = `repos.download_grade(new.downloads), new.likes, new.likes_30d, new.trending, new.created_at,
      new.last_modified, coalesce(new.parameters, 0), coalesce(new.main_size, 0)`;

/**
 * Makes `repos.ordered`, one row for each repository, with an index for each order of a list. Each entry of an index
 * holds all that following needs: it reads pages next to each other, and looks up only what the sets of bits let pass.
 */
export const ordered = {
  name: 'repos/0005-ordered',
  sql: `
-- Parts of words by which a text is found: each three letters or digits in a row of the full name, and of the beginning of
-- each word two, three, and three from the second on. Two parts may have one key.
create function repos.text_keys(full_name text, words tsvector) returns bigint[] language sql immutable parallel safe
  begin atomic
    select coalesce(array_agg(distinct hashtextextended(part, 0)), '{}') from (
      select substr(word, generate_series(1, length(word) - 2), 3)
        from regexp_split_to_table(lower(text_keys.full_name), '[^a-z0-9]+') as word
      union all
      select unnest(array[substr(word, 1, 2), substr(word, 1, 3), substr(word, 2, 3)])
        from unnest(tsvector_to_array(text_keys.words)) as word) as t (part);
  end;

-- A key of a facet is a bit in each of three sets of 64; a key of a text is two bits in one of four. Where one of its bits is
-- missing, so is what has the key.
create function repos.sets_of(facets bigint[], texts bigint[])
  returns table (facets0 bigint, facets1 bigint, facets2 bigint, text0 bigint, text1 bigint, text2 bigint, text3 bigint)
  language sql immutable parallel safe
  begin atomic
    select f.*, t.* from (
      select coalesce(bit_or(1::bigint << (key & 63)::integer), 0),
          coalesce(bit_or(1::bigint << ((key >> 6) & 63)::integer), 0),
          coalesce(bit_or(1::bigint << ((key >> 12) & 63)::integer), 0)
        from unnest(sets_of.facets) as key) as f cross join (
      select coalesce(bit_or(bits) filter (where which = 0), 0), coalesce(bit_or(bits) filter (where which = 1), 0),
          coalesce(bit_or(bits) filter (where which = 2), 0), coalesce(bit_or(bits) filter (where which = 3), 0)
        from (select 1::bigint << (key & 63)::integer | 1::bigint << ((key >> 6) & 63)::integer as bits,
            (key >> 12) & 3 as which from unnest(sets_of.texts) as key) as k) as t;
  end;

create table repos.ordered (
  type text not null,
  repo_id text not null,
  hidden boolean not null,
  downloads smallint not null,
  likes integer not null,
  likes_30d integer not null,
  trending real not null,
  created_at timestamptz not null,
  last_modified timestamptz not null,
  parameters bigint not null,
  main_size bigint not null,
  facets0 bigint not null,
  facets1 bigint not null,
  facets2 bigint not null,
  text0 bigint not null,
  text1 bigint not null,
  text2 bigint not null,
  text3 bigint not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
${FILL};
alter table repos.ordered add primary key (type, repo_id) include (hidden, ${SETS});
${SORTED.map(indexOf).join('')}

create or replace procedure repos.make_narrow_rows() language sql set search_path = pg_catalog, pg_temp as $$
  truncate repos.facet, repos.searched, repos.ordered;
  insert into repos.facet
    select unnest(k.keys), r.id, visibility = 'private', repos.download_grade(downloads), likes, likes_30d, trending,
        k.signature, created_at, last_modified, coalesce(parameters, 0), coalesce(main_size, 0)
      from repos.repo r cross join lateral (
        select keys, repos.facet_signature(keys) as signature
          from repos.facet_keys(type, namespace_id, pipeline_tag, gated, tags, uses) as keys offset 0) as k
     where deleted_at is null;
  insert into repos.searched
    select r.id, type, visibility = 'private', repos.download_grade(downloads), likes, likes_30d, trending,
        created_at, last_modified, coalesce(parameters, 0), coalesce(main_size, 0), namespace || '/' || name, strip(search),
        repos.facet_keys(type, namespace_id, pipeline_tag, gated, tags, uses)
      from repos.repo r where deleted_at is null;
  ${FILL};
$$;

-- Where a change leaves facets and words as they were, their bits stay. Runs after what keeps \`repos.searched\`: triggers of
-- one kind run in the order of their names.
create function repos.keep_ordered() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
begin
  if tg_op <> 'INSERT' and (tg_op = 'DELETE' or old.type <> new.type or new.deleted_at is not null) then
    delete from repos.ordered where type = old.type and repo_id = old.id;
  end if;
  if tg_op = 'DELETE' or new.deleted_at is not null then
    return null;
  end if;
  if tg_op = 'UPDATE' and (old.namespace, old.name, old.text, old.tags, old.pipeline_tag, old.uses, old.gated, old.namespace_id)
      is not distinct from
      (new.namespace, new.name, new.text, new.tags, new.pipeline_tag, new.uses, new.gated, new.namespace_id) then
    update repos.ordered set (hidden, ${VALUES})
      = (new.visibility = 'private', ${VALUES_OF_NEW})
     where type = new.type and repo_id = new.id;
    if found then
      return null;
    end if;
  end if;
  insert into repos.ordered (type, repo_id, hidden, ${VALUES}, ${SETS})
    select new.type, new.id, new.visibility = 'private', ${VALUES_OF_NEW}, ${SETS}
      from repos.searched s
        cross join lateral repos.sets_of(s.facets, repos.text_keys(s.full_name, s.words))
     where s.repo_id = new.id
    on conflict (type, repo_id) do update set (hidden, ${VALUES}, ${SETS})
      = (excluded.hidden, ${[...SORTED, ...SETS.split(', ')].map((name) => `excluded.${name}`).join(', ')});
  return null;
end $$;
revoke execute on function repos.keep_ordered() from public;
create trigger ordered_made after insert or delete on repos.repo for each row execute function repos.keep_ordered();
create trigger ordered_changed after update on repos.repo for each row
  when ((old.type, old.namespace_id, old.namespace, old.name, old.visibility, old.gated, old.created_at,
      old.last_modified, old.likes, old.likes_30d, repos.download_grade(old.downloads), old.trending, old.parameters,
      old.main_size, old.tags, old.pipeline_tag, old.text, old.uses, old.deleted_at)
    is distinct from (new.type, new.namespace_id, new.namespace, new.name, new.visibility, new.gated, new.created_at,
      new.last_modified, new.likes, new.likes_30d, repos.download_grade(new.downloads), new.trending, new.parameters,
      new.main_size, new.tags, new.pipeline_tag, new.text, new.uses, new.deleted_at))
  execute function repos.keep_ordered();

-- What many have is to be known from the statistics.
alter table repos.facet alter column key set statistics 1000;
analyze repos.facet (key);
analyze repos.ordered;
grant select on repos.ordered to holdfast_hub;
`,
};
