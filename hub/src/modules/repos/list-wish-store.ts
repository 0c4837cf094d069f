// A page of a list, as it is asked for.
import { type RawBuilder } from 'kysely';
import { type Position } from '@holdfast/kernel/page';
import { type Condition, type Search } from './list-filter-store.ts';
import { isBehind, isNotBeyond, type Order } from './list-order-store.ts';

/** A page to find. */
export interface PageWish {
  /** What is asked of each repository, of the table under the name `r`. */
  readonly columns: RawBuilder<unknown>;
  readonly order: Order;
  /** Behind this the page begins. */
  readonly from: Position | undefined;
  /** With this it ends, where it ends early. */
  readonly until?: Position;
  readonly type: string;
  /** That a row, narrow or not, is of the type. */
  readonly ofType: Condition;
  /** What the index of the order serves: the type, and that a repository is there. */
  readonly within: readonly Condition[];
  /** All that the list is narrowed to. */
  readonly matching: readonly Condition[];
  /** What of it narrow rows of an order hold themselves, as conditions on them. */
  readonly ranges: readonly Condition[];
  /** What of it is a facet. */
  readonly facets: readonly string[];
  readonly search: Search | undefined;
  readonly visible: Condition;
  /** Nothing private is visible. */
  readonly onlyOpen: boolean;
  readonly limit: number;
}

/** That a repository comes behind where the page begins, and not behind where it ends. */
export function isInPage({ order, from, until }: PageWish): readonly Condition[] {
  return [
    ...(from === undefined ? [] : [isBehind(order, from)]),
    ...(until === undefined ? [] : [isNotBeyond(order, until)]),
  ];
}
