// Lists the few Spaces of an organisation that have something, such as secrets or a program. Neither index alone finds them: one knows
// whose a Space is, the other what it has. So many of the organisation's are looked at for one page, which may be short of rows, or have
// none, where they have little; it says from where to go on. Pure but for the words of SQL.
import { sql, type RawBuilder } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';

/** Spaces that are looked at for one page. */
export const WALKED = 400;

/** One that was looked at. */
export interface WalkedSpace {
  readonly id: Id;
  /** Whether it is still there and has what is asked for. */
  readonly isListed: boolean;
}

/** The Spaces of an organisation behind this one, the newest first, as `r`; deleted ones too, so that they are counted. */
export function walkOf(orgId: Id, after: Id | undefined): RawBuilder<unknown> {
  // An order that the index of namespaces alone has: by the id alone a planner may walk all Spaces, and hope to meet the
  // organisation's soon.
  const behind = after === undefined ? sql`true` : sql`id < ${after}`;
  return sql`(select id, namespace, name, deleted_at from repos.repo
    where namespace_id = any (array[${orgId}]) and type = 'space' and ${behind}
    order by namespace_id, id desc limit ${WALKED})`;
}

/** The page, and from where to go on. */
export function pageOf<Row extends WalkedSpace>(rows: readonly Row[], limit: number): Page<Row> {
  const listed = rows.filter(({ isListed }) => isListed);
  const items = listed.slice(0, limit);
  const next = listed.length > limit ? items.at(-1)?.id : rows.length < WALKED ? undefined : rows.at(-1)?.id;
  return next === undefined ? { items } : { items, next };
}
