// Thousands of repositories for tests of lists, put into the database as they are, with the triggers that keep narrow rows.
import { type Pool } from 'pg';

/** A number from 0 up to, but not including, 1. */
export type Random = () => number;

/** Who owns them. */
export const OWNERS = ['alice', 'bob', 'carol'];
const WORDS = ['bert', 'gpt', 'roberta', 'tiny', 'quant', 'x1'];
const PIPELINES = ['fill-mask', 'text-generation', null];

/** Numbers that depend on the seed alone. */
export function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Inserts them, with their names. The owners must be there. */
export async function insertRandomRepos(pool: Pool, random: Random, count: number): Promise<void> {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const rows = Array.from({ length: count }, (_, index) => {
    const type = pick(['model', 'model', 'dataset', 'space']);
    // Few values, so that ids have ties to break, and some large ones, which share a grade.
    const fame =
      random() < 0.5 ? 0 : random() < 0.5 ? Math.floor(random() * 4) : 1000 + Math.floor(random() * 300);
    return {
      id: (
        Math.floor(random() * 2 ** 32)
          .toString(16)
          .padStart(8, '0') + index.toString(16).padStart(16, '0')
      ).slice(0, 24),
      type,
      owner: pick(OWNERS),
      name: `${pick(WORDS)}-${pick(WORDS)}-${index}`,
      visibility: random() < 0.2 ? 'private' : 'public',
      gated: random() < 0.1 ? 'manual' : 'no',
      day: Math.floor(random() * 50),
      fame,
      likes: Math.floor(random() * 5),
      parameters: random() < 0.4 ? Math.floor(random() * 100) : null,
      tags: [
        ...new Set(
          Array.from({ length: Math.floor(random() * 6) }, () => `t${Math.floor(random() ** 2 * 50)}`),
        ),
      ],
      pipeline_tag: type === 'model' ? pick(PIPELINES) : null,
      uses: type === 'space' && random() < 0.4 ? [`model:a/${Math.floor(random() * 5)}`] : [],
      text: random() < 0.3 ? 'quick brown' : '',
    };
  });
  await pool.query(
    `insert into repos.repo (id, type, namespace_id, namespace, name, visibility, gated, created_at, last_modified,
        downloads, likes, likes_30d, trending, parameters, main_size, tags, pipeline_tag, uses, text)
      select x.id, type, n.account_id, owner, name, visibility, gated, timestamptz 'epoch' + day * interval '1 day',
          timestamptz 'epoch' + day * 7 % 11 * interval '1 day', fame, likes, likes / 2, fame % 7, parameters,
          parameters * 3, tags, pipeline_tag, uses, text
        from jsonb_to_recordset($1) as x (id text, type text, owner text, name text, visibility text, gated text,
          day integer, fame integer, likes integer, parameters bigint, tags text[], pipeline_tag text, uses text[],
          text text)
        join identity.name n on n.key = x.owner`,
    [JSON.stringify(rows)],
  );
  await pool.query(
    `insert into repos.name select type, namespace_id, lower(name), id, 'live' from repos.repo on conflict do nothing`,
  );
}
