// Keeps variables of a Space, within their bounds, and never one that should be a secret.
import { type LeakSearch } from '#modules/leaks';
import { variableInvalid, variablesFull } from './faults.ts';
import { problemOfVariable, VARIABLE_LIMITS, type VariableWish } from './model.ts';
import { type SpaceWriter } from './store.ts';
import { type Repo } from '#modules/repos';

/** Throws `space.variable-invalid`, and `leak.token-in-text` for a value that should be a secret. */
export async function requireVariables(
  variables: readonly VariableWish[],
  search: LeakSearch,
): Promise<void> {
  for (const variable of variables) {
    const problem = problemOfVariable(variable);
    if (problem !== undefined) throw variableInvalid(variable.name, problem);
    // Everybody who may read the Space sees them.
    await search.add(
      `the variable ${variable.name}`,
      Buffer.from(`${variable.value}\n${variable.description ?? ''}`),
    );
  }
  await search.finish();
}

/** Keeps them. Throws `space.variables-full`. */
export async function putVariables(
  { writer, repo }: { readonly writer: SpaceWriter; readonly repo: Pick<Repo, 'id'> },
  variables: readonly VariableWish[],
  at: Date,
): Promise<void> {
  for (const variable of variables) await writer.putVariable(repo.id, variable, at);
  const { count, total } = VARIABLE_LIMITS;
  const all = await writer.listVariables(repo.id);
  if (all.length > count) throw variablesFull(`${count} variables`);
  // They go to the program as one.
  const bytes = all.reduce((sum, { name, value }) => sum + Buffer.byteLength(name + value), 0);
  if (bytes > total) throw variablesFull(`${total} bytes of variables`);
}
