// Scopes as a person types them: `model:team/bert=repo.content.read,repo.write`, `org:team/bert-*=repo.write`,
// `global=discussion.write`, `gated`.
import {
  PERMISSIONS,
  REPO_TYPES,
  type Grant,
  type RepoType,
  type Permission,
  type ScopedGrant,
} from '#modules/access';
import { type Id } from '@holdfast/kernel/id';
import { type Identity } from '#modules/identity';
import { tokenScopeInvalid } from './faults.ts';

const SHAPE = /^(model|dataset|space|user|org):([^=/]+)(?:\/([^=]+))?=([a-z.A-Z-]+(?:,[a-z.A-Z-]+)*)$/;

/** Finds what scopes name. */
export interface ScopesDeps {
  readonly identity: Identity;
  /** The repository that has a name now, or had it. */
  readonly findRepo: (
    type: RepoType,
    name: { readonly namespace: string; readonly name: string },
  ) => Promise<{ readonly id: Id; readonly namespace: string; readonly name: string } | undefined>;
}

/** The scopes of a grant as they are typed; none for a classic token. */
export function writeScopes(grant: Grant): string[] {
  if (grant.role !== 'fineGrained') return [];
  const scoped = grant.scoped.flatMap(({ entity, permissions, patterns }) =>
    (patterns ?? [undefined]).map((pattern) => {
      const name = pattern === undefined ? entity.name : `${entity.name}/${pattern}`;
      return `${entity.type}:${name}=${permissions.join(',')}`;
    }),
  );
  return [
    ...scoped,
    ...grant.global.map((one) => `global=${one}`),
    ...(grant.canReadGatedRepos ? ['gated'] : []),
  ];
}

/** Turns what was typed into a grant. */
export class TokenScopes {
  readonly #deps: ScopesDeps;

  constructor(deps: ScopesDeps) {
    this.#deps = deps;
  }

  /** The grant of a role, or of scopes. Throws `token.scope-invalid`. */
  async parseGrant(role: 'read' | 'write' | undefined, scopes: readonly string[]): Promise<Grant> {
    if (role !== undefined && scopes.length > 0)
      throw tokenScopeInvalid('give a role for a classic token or scopes for a fine-grained one, not both.');
    if (role !== undefined) return { role };
    if (scopes.length === 0) throw tokenScopeInvalid('give a role (read or write) or at least one scope.');
    const scoped: ScopedGrant[] = [];
    let canReadGatedRepos = false;
    const global: ('discussion.write' | 'post.write')[] = [];
    for (const scope of scopes) {
      if (scope === 'gated') canReadGatedRepos = true;
      else if (scope === 'global=discussion.write') global.push('discussion.write');
      else if (scope === 'global=post.write') global.push('post.write');
      else scoped.push(await this.#parseScope(scope));
    }
    return { role: 'fineGrained', scoped, global, canReadGatedRepos };
  }

  async #parseScope(scope: string): Promise<ScopedGrant> {
    const [, type = '', owner = '', name, list = ''] = SHAPE.exec(scope) ?? [];
    if (type === '')
      throw tokenScopeInvalid(`${JSON.stringify(scope)} is not TYPE:NAME=PERMISSION[,PERMISSION].`);
    const permissions = list.split(',').map(requirePermission);
    const repoType = REPO_TYPES.find((one) => one === type);
    if (repoType !== undefined) {
      const repo = await this.#deps.findRepo(repoType, { namespace: owner, name: name ?? '' });
      if (repo === undefined) throw tokenScopeInvalid(`there is no ${type} ${owner}/${name ?? ''}.`);
      return { entity: { type: repoType, id: repo.id, name: `${repo.namespace}/${repo.name}` }, permissions };
    }
    const account = await this.#deps.identity.findByName(owner);
    if (account?.kind !== type) throw tokenScopeInvalid(`there is no ${type} ${owner}.`);
    const entity = { type: account.kind, id: account.id, name: account.name };
    return { entity, permissions, ...(name !== undefined && { patterns: [name] }) };
  }
}

function requirePermission(text: string): Permission {
  const permission = PERMISSIONS.find((one) => one === text);
  if (permission === undefined)
    throw tokenScopeInvalid(
      `${JSON.stringify(text)} is not a permission; there are ${PERMISSIONS.join(', ')}.`,
    );
  return permission;
}
