// Secrets of Spaces, on the hub's side: who may set, see and delete them, and what follows for the Space. The vault keeps them,
// and records what it does. Invariant: a value passes through here as bytes that nobody reads, and is overwritten on every
// way out (threat 7).
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Log } from '@holdfast/platform/log';
import { type Db } from '@holdfast/platform/postgres/database';
import { needsProof, referencesOf, type Actor, type SystemActor, type Who } from '#modules/access';
import { proofNeeded } from '#modules/identity';
import { type Repo, type RepoName, type Repos } from '#modules/repos';
import {
  pathNameOf,
  SecretNoteReader,
  SecretNoteWriter,
  SpaceReader,
  type BegunCall,
  type SettledNote,
} from '#modules/spaces';
import { faultOf, secretsStatic } from './faults.ts';
import {
  type FormKey,
  type SecretFacts,
  type VaultAnswer,
  type VaultLink,
  type VaultProblem,
} from './model.ts';
import { noteTokenReach, type ReachOf } from './token-reach.ts';

/** What secrets need. */
export interface SecretsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly repos: Repos;
  readonly vault: VaultLink;
  readonly reachOf: ReachOf;
}

/** With these it may have been done. */
const UNKNOWN: ReadonlySet<VaultProblem> = new Set(['silent', 'gone', 'unsure']);

/** With these it is not there for any Space. */
const AWAY: ReadonlySet<VaultProblem> = new Set([...UNKNOWN, 'absent']);

/** The provider of this hub's own tokens. */
const OWN = 'holdfast';

const SELF: SystemActor = { kind: 'system', part: 'secrets' };

/** Secrets of Spaces. */
export class Secrets {
  readonly #deps: SecretsDeps;

  constructor(deps: SecretsDeps) {
    this.#deps = deps;
  }

  /**
   * The secrets of a Space without their values, for who may write to it. Throws what `Repos.get` throws, and
   * `secret.no-vault`, `.vault-silent`, `.vault-unsure`, `.vault-failed`.
   */
  async list(actor: Actor, name: RepoName): Promise<readonly SecretFacts[]> {
    const { id } = await this.#deps.repos.get(actor, { type: 'space', ...name }, 'write');
    return await this.#listOf(id);
  }

  /**
   * Whether the caller may set a secret: asked before its bytes are taken at all. Throws `secret.static-space`,
   * `account.proof-needed`, and what `Repos.get` throws.
   */
  async requireSetting(actor: Actor, name: RepoName): Promise<Repo> {
    const repo = await this.#deps.repos.get(actor, { type: 'space', ...name }, 'write');
    if (repo.facets.sdk === 'static') throw secretsStatic();
    this.#requireProof(actor);
    return repo;
  }

  /**
   * The key to which a page seals a value for this Space before it is sent, and the Space. Throws as `requireSetting` does, and as
   * `list` for what the vault refuses, and `secret.vault-sealed`.
   */
  async formKey(actor: Actor, name: RepoName): Promise<FormKey & { readonly space: Id }> {
    const { id: space } = await this.requireSetting(actor, name);
    const answer = await this.#deps.vault.formKey();
    if (answer.kind === 'refused') throw faultOf(answer.problem, answer.message);
    return { ...answer.key, space };
  }

  /**
   * Sets the secret that the body of a request describes; nothing of it is left in memory then, also where it is refused.
   * Returns all that the Space has. Throws as `requireSetting` and `list` do, and `secret.invalid`, `.too-many`,
   * `.not-opened`, `.taken-before`, `.vault-sealed`.
   */
  async set(who: Who, name: RepoName, body: Uint8Array): Promise<readonly SecretFacts[]> {
    try {
      const { db, vault } = this.#deps;
      const actor = await who();
      const { id } = await this.requireSetting(actor, name);
      const variables = await new SpaceReader(db).listVariables(id);
      const call = await this.#begin(id);
      const taken = variables.map((variable) => variable.name);
      const answer = await vault.write({ space: id, body, by: referencesOf(actor), taken });
      const secrets = await this.#settle(id, call, { answer, deletes: false });
      if (answer.kind === 'done') await this.#noteReach(answer.secrets);
      return secrets;
    } finally {
      body.fill(0);
    }
  }

  /**
   * Deletes a secret; that there is none is no error. Returns those that are left. Throws as `list` does, and
   * `account.proof-needed`.
   */
  async delete(who: Who, name: RepoName, secret: string): Promise<readonly SecretFacts[]> {
    const actor = await who();
    const { id } = await this.#deps.repos.get(actor, { type: 'space', ...name }, 'write');
    this.#requireProof(actor);
    if (!(await new SecretNoteReader(this.#deps.db).find(id)).mayHaveSome) return [];
    const call = await this.#begin(id);
    const answer = await this.#deps.vault.delete(id, secret, referencesOf(actor));
    return await this.#settle(id, call, { answer, deletes: true });
  }

  /** Has the vault forget the secrets of Spaces that are deleted. What it does not do now is asked for the next time. */
  async forgetDeleted(signal: AbortSignal): Promise<void> {
    const { db, vault, log } = this.#deps;
    for (const space of await new SecretNoteReader(db).listDeleted()) {
      if (signal.aborted) return;
      const answer = await vault.forget(space, referencesOf(SELF));
      if (answer.kind === 'done')
        await db.transaction(async (tx) => await new SecretNoteWriter(tx).remove(space));
      else
        log.warn(
          { space, problem: answer.problem },
          'the secrets of a deleted Space could not be destroyed; it is tried again',
        );
    }
  }

  /**
   * Asks the vault what there is where it was asked for something, and nobody heard how that went: its answer was lost, or the hub ended.
   * A run does not go on with a secret because of that. What the vault does not say now is asked for the next time.
   */
  async settleUnheard(signal: AbortSignal): Promise<void> {
    const { db, vault, log } = this.#deps;
    for (const { id: space, at } of await new SecretNoteReader(db).listUnheard()) {
      if (signal.aborted) return;
      const answer = await vault.list(space);
      if (answer.kind === 'done') {
        const names = answer.secrets.flatMap(namesInApp);
        await db.transaction(async (tx) => await new SecretNoteWriter(tx).catchUp(space, at, names));
        continue;
      }
      const { problem } = answer;
      log.warn({ space, problem }, 'it could not be found out which secrets a Space has; it is tried again');
      if (AWAY.has(problem)) return;
    }
  }

  // Before the vault is asked: where the hub ends before it hears how it went, or the answer is lost, it is found out later.
  async #begin(id: Id): Promise<BegunCall> {
    return await this.#deps.db.transaction(async (tx) => await new SecretNoteWriter(tx).begin(id));
  }

  /** Notes what there is now, has the Space start anew with it, and throws what the vault refused. */
  async #settle(
    id: Id,
    call: BegunCall,
    { answer, deletes }: { readonly answer: VaultAnswer; readonly deletes: boolean },
  ): Promise<readonly SecretFacts[]> {
    // What is missing may have been deleted by a call of which nobody heard how it went: then its name is noted, and what runs has it.
    if (answer.kind === 'refused' && answer.problem !== 'missing') {
      // Where it is not known whether it was done, the Space goes on asking.
      const nothing = { names: undefined, newRun: false, takesBack: false };
      if (!UNKNOWN.has(answer.problem)) await this.#note(id, call, nothing);
      throw faultOf(answer.problem, answer.message);
    }
    const secrets = await this.#listOf(id);
    const newRun = answer.kind === 'done' && answer.overlapSeconds === 0;
    const set = answer.kind === 'done' && !deletes ? answer.secrets[0]?.name : undefined;
    await this.#note(id, call, { names: secrets.flatMap(namesInApp), newRun, takesBack: deletes, set });
    return secrets;
  }

  // The secret is set, whatever becomes of the note.
  async #noteReach([version]: readonly SecretFacts[]): Promise<void> {
    const { db, reachOf, log } = this.#deps;
    if (version?.provider !== OWN) return;
    await noteTokenReach(db, version.id, reachOf).catch((err: unknown) =>
      log.warn({ err, version: version.id }, 'what a token that is a secret may write could not be noted'),
    );
  }

  async #note(id: Id, call: BegunCall, note: SettledNote): Promise<void> {
    await this.#deps.db.transaction(async (tx) => await new SecretNoteWriter(tx).settle(id, call, note));
  }

  async #listOf(id: Id): Promise<readonly SecretFacts[]> {
    const { db, vault } = this.#deps;
    // Hubs without a vault have none, and say so.
    if (!(await new SecretNoteReader(db).find(id)).mayHaveSome) return [];
    const answer = await vault.list(id);
    if (answer.kind === 'refused') throw faultOf(answer.problem, answer.message);
    return answer.secrets;
  }

  // What is set outlasts the session, and what is deleted does not come back with it.
  #requireProof(actor: Actor): void {
    if (needsProof(actor, this.#deps.clock.now())) throw proofNeeded();
  }
}

/** The names by which an app finds a secret: a file has a variable in which its path is. */
function namesInApp({ name, way }: SecretFacts): readonly string[] {
  return way === 'file' ? [name, pathNameOf(name)] : [name];
}
