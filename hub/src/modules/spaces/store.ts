// The only file that speaks SQL about Spaces.
import { sql, type Kysely, type Selectable } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Decisions } from './decisions.ts';
import { type Variable, type VariableWish } from './model.ts';
import { type SpaceTables } from './tables.ts';

/** Where a Space is, and what was decided about it. */
export interface SpaceRow {
  readonly repoId: Id;
  readonly label: string;
  readonly paused: boolean;
}

const UNDECIDED: Decisions = { paused: false, hardware: null, sleepSeconds: null, egress: null };

/** Reads Spaces. */
export class SpaceReader {
  protected readonly db: Kysely<SpaceTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<SpaceTables>();
  }

  /** The Space of a repository. */
  async find(repoId: Id): Promise<SpaceRow | undefined> {
    return await this.#select().where('l.repo_id', '=', repoId).executeTakeFirst();
  }

  /** The Space to which a label leads, with the label that it has now. */
  async findByLabel(label: string): Promise<Pick<SpaceRow, 'repoId' | 'label'> | undefined> {
    return await this.#select()
      .innerJoin('spaces.label as asked', 'asked.repo_id', 'l.repo_id')
      .where('asked.label', '=', label)
      .executeTakeFirst();
  }

  /** What people decided about a Space. */
  async decisions(repoId: Id): Promise<Decisions> {
    const row = await this.db
      .selectFrom('spaces.decision')
      .selectAll()
      .where('repo_id', '=', repoId)
      .executeTakeFirst();
    if (row === undefined) return UNDECIDED;
    const { paused, hardware, sleep_seconds: sleepSeconds, egress } = row;
    return { paused, hardware, sleepSeconds, egress };
  }

  /** The variables of a Space, by name. */
  async listVariables(repoId: Id): Promise<Variable[]> {
    const rows = await this.db
      .selectFrom('spaces.variable')
      .selectAll()
      .where('repo_id', '=', repoId)
      .orderBy('name')
      .execute();
    return rows.map(toVariable);
  }

  #select() {
    return this.db
      .selectFrom('spaces.label as l')
      .leftJoin('spaces.decision as d', 'd.repo_id', 'l.repo_id')
      .where('l.current', '=', true)
      .select(['l.repo_id as repoId', 'l.label'])
      .select(sql<boolean>`coalesce(d.paused, false)`.as('paused'));
  }
}

/** Changes Spaces. */
export class SpaceWriter extends SpaceReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Keeps a variable under its name. */
  async putVariable(repoId: Id, { name, value, description }: VariableWish, at: Date): Promise<void> {
    const said = { value, description, updated_at: at };
    await this.db
      .insertInto('spaces.variable')
      .values({ repo_id: repoId, name, ...said })
      .onConflict((conflict) => conflict.columns(['repo_id', 'name']).doUpdateSet(said))
      .execute();
  }

  /** Removes a variable. Returns whether there was one. */
  async removeVariable(repoId: Id, name: string): Promise<boolean> {
    const { numDeletedRows } = await this.db
      .deleteFrom('spaces.variable')
      .where('repo_id', '=', repoId)
      .where('name', '=', name)
      .executeTakeFirst();
    return numDeletedRows === 1n;
  }

  /** Notes what people decided; what is not named stays as it is. */
  async decide(repoId: Id, decided: Partial<Decisions>): Promise<void> {
    const { paused, hardware, sleepSeconds, egress } = decided;
    const said = {
      ...(paused !== undefined && { paused }),
      ...(hardware !== undefined && { hardware }),
      ...(sleepSeconds !== undefined && { sleep_seconds: sleepSeconds }),
      ...(egress !== undefined && { egress: egress && sql<string>`${JSON.stringify(egress)}::jsonb` }),
    };
    await this.db
      .insertInto('spaces.decision')
      .values({ repo_id: repoId, paused: false, ...said })
      .onConflict((conflict) => conflict.column('repo_id').doUpdateSet(said))
      .execute();
  }

  /** Removes everything but the label, which stays with its namespace. */
  async erase(repoId: Id): Promise<void> {
    await this.db.deleteFrom('spaces.variable').where('repo_id', '=', repoId).execute();
    await this.db.deleteFrom('spaces.decision').where('repo_id', '=', repoId).execute();
    await this.db.deleteFrom('spaces.passed').where('repo_id', '=', repoId).execute();
  }
}

function toVariable(row: Selectable<SpaceTables['spaces.variable']>): Variable {
  const { name, value, description, updated_at: updatedAt } = row;
  return { name, value, description, updatedAt };
}
