// Who possesses what, from the release on: delivered, aborted, ended, and what of it is brokered to runs that live. Invariant: what a
// run holds is in `vault.held` from before the hand-over until its end is recorded.
import { type Tx } from '@holdfast/platform/postgres/database';
import { journalled, journalOf, type Ground } from './ground.ts';
import { recordEntries, type VaultEntry } from './ledger-store.ts';
import { isLive, newestOf, type KeptVersion } from './model.ts';
import { isTrue, noteSigned, reportForged } from './run-seal.ts';
import { RunReader, RunWriter, type Held, type OpenRun } from './run-store.ts';
import { SecretReader, SecretWriter } from './secret-store.ts';

/** A version and what stands in its place in the app. */
export interface Brokered {
  readonly version: KeptVersion;
  readonly placeholder: string;
}

/** A run that lives, and what is brokered to it. */
export interface Living {
  readonly run: string;
  readonly space: string;
  readonly door: string;
  readonly brokered: readonly Brokered[];
  /** What is on record for its door, and of which no vault has found that its release is signed. */
  readonly coming?: readonly Brokered[];
  /** All versions on record for its door of which that is so, also those in whose place there is another. */
  readonly unsigned?: readonly string[];
  /** What was brokered to it before some of that, while its overlap lasts. */
  readonly lasting?: readonly KeptVersion[];
  /** All that its door was ever granted, also what has no value any more. */
  readonly ever?: readonly string[];
}

/** Begins and ends possession. */
export class Possession {
  readonly #ground: Ground;
  /** Runs that were released here and have not ended. */
  readonly #released = new Set<string>();
  /** What runs that were released here and not told as delivered were handed over, for entries that were found signed. */
  readonly #handed = new Map<string, readonly string[]>();
  /** Runs of which it is not known whether what was to be recorded stands: the database went away meanwhile. */
  readonly #unsure = new Set<string>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** A run was released. */
  began(run: string): void {
    this.#released.add(run);
  }

  /** Its entries were found signed: these versions are handed over. */
  handOver(run: string, versions: readonly string[]): void {
    this.#handed.set(run, versions);
  }

  /** The program inside has what it was given. */
  async deliver(run: string): Promise<void> {
    const versions = this.#handed.get(run) ?? [];
    await this.#say(run, 'secret.delivered', async (writer, tx) => {
      if (!(await writer.deliver(run))) return false;
      // While sealed there is no key for a tag: whoever starts after this looks for the entries.
      if (versions.length > 0 && this.#ground.keys.closed === undefined)
        await noteSigned(tx, this.#ground, { run, versions });
      return true;
    });
    this.#handed.delete(run);
  }

  /** The run never began. */
  async abort(run: string, why: string): Promise<void> {
    await this.#say(run, 'secret.aborted', async (writer) => await writer.end(run), { why });
    this.#forget(run);
  }

  /** The run's last process is dead. */
  async end(run: string): Promise<void> {
    await this.#say(run, 'secret.ended', async (writer) => await writer.end(run));
    this.#forget(run);
  }

  #forget(run: string): void {
    this.#released.delete(run);
    this.#handed.delete(run);
  }

  /** The Space is stopped: what doors of its runs hold, they use no more. What apps hold ends with them. */
  async stop(space: string): Promise<void> {
    const open = await new RunReader(this.#ground.db).listOpen(this.#ground.instance);
    for (const one of open)
      if (one.space === space)
        await this.#say(
          one.run,
          'secret.ended',
          async (writer) => {
            await writer.endDoor(one.run);
            return true;
          },
          { why: 'stopped' },
          ({ holder }) => holder === 'door',
        );
  }

  /**
   * Ends all but those which live; gives each of them, as far as the vault itself wrote what they hold. One that cannot be ended now
   * keeps no other from its end: `failed` is why.
   */
  async endAllBut(isLiving: (run: string) => boolean): Promise<{ living: OpenRun[]; failed: unknown }> {
    const reader = new RunReader(this.#ground.db);
    const living: OpenRun[] = [];
    let failed: unknown;
    for (const open of await reader.listOpen(this.#ground.instance))
      if (!isLiving(open.run)) await this.end(open.run).catch((error: unknown) => (failed = error));
      else if (await this.#isTrue(open)) living.push(open);
    return { living, failed };
  }

  /** What is brokered to a run that lives; `undefined` where it has ended, or its rows are not as the vault wrote them. */
  async findLiving(run: string): Promise<Living | undefined> {
    const { db, keys } = this.#ground;
    // In one snapshot with the tag that covers it: nobody changes between the look and the use what is to be granted.
    const {
      open,
      all,
      now: held,
    } = await db.snapshot(async (tx) => {
      const reader = new RunReader(tx);
      return {
        open: await reader.findOpen(run),
        all: await reader.listEverHeld(run),
        now: (await reader.listHeld(run)).filter(isPlaced),
      };
    });
    if (open === undefined || keys.closed !== undefined || !isTrue(keys, open, all)) return undefined;
    const { space, door } = open;
    const kept = await new SecretReader(db).listVersions(held.map(({ version }) => version));
    const { used, coming, unsigned, lasting } = sortHeld(kept, held, this.#ground.clock.now());
    const placed = (versions: readonly KeptVersion[]): Brokered[] =>
      versions.map((version) => ({
        version,
        placeholder: held.find((one) => one.version === version.id)?.placeholder ?? '',
      }));
    const ever = all.filter(isPlaced).map(({ version }) => version);
    return { run, space, door, brokered: placed(used), coming: placed(coming), unsigned, lasting, ever };
  }

  // Sealed, the vault cannot tell; it grants nothing then either.
  async #isTrue(open: OpenRun): Promise<boolean> {
    const { keys, db, ledger } = this.#ground;
    if (keys.closed !== undefined) return false;
    if (isTrue(keys, open, await new RunReader(db).listEverHeld(open.run))) return true;
    // Nobody has the key that would tell: it is granted nothing, and nobody is accused.
    if (open.tag === null && (await ledger.tellsUntagged(open.run))) return false;
    await reportForged(this.#ground, open.run, 'rows were changed');
    return false;
  }

  // oxlint-disable-next-line max-params -- the entry, the change that it records, and for which of what is held
  async #say(
    run: string,
    kind: VaultEntry['kind'],
    change: (writer: RunWriter, tx: Tx) => Promise<boolean>,
    more: Readonly<Record<string, string>> = {},
    concerns: (held: Held) => boolean = () => true,
  ): Promise<void> {
    const reader = new RunReader(this.#ground.db);
    const open = await reader.findOpen(run);
    if (open === undefined) {
      await this.#judgeMissing(run);
      return;
    }
    if (this.#ground.keys.closed === undefined) await this.#isTrue(open);
    await journalled(this.#ground, { act: kind, run }, (noted) =>
      this.#ground.db.transaction(async (tx) => {
        const writer = new RunWriter(tx);
        // Whoever else ends it, or brings more to its door, comes before or after.
        await writer.lock(run);
        const held = (await new RunReader(tx).listHeld(run)).filter(concerns);
        if (!(await change(writer, tx))) return { entries: [], result: undefined };
        const journal = journalOf(noted, this.#ground.instance);
        const said = held.map(({ version, holder }) => ({
          ...{ kind, subject: `secret:${version}`, actor: 'system:vault', credential: '' },
          body: { run, holder, ...more, ...journal },
        }));
        const unclosed = (await countUnclosed(tx, open)).map(({ body, ...entry }) => ({
          ...entry,
          body: { ...body, ...journal },
        }));
        return { entries: await recordEntries(tx, [...unclosed, ...said]), result: undefined };
      }),
    ).catch((error: unknown) => {
      this.#unsure.add(run);
      throw error;
    });
    this.#unsure.delete(run);
  }

  // Most were never released. One that this vault released, and nobody ended, was taken out.
  async #judgeMissing(run: string): Promise<void> {
    if (!this.#released.has(run)) {
      this.#unsure.delete(run);
      return;
    }
    const isEnded = this.#unsure.has(run) && (await this.#ground.ledger.tellsEnd(run));
    if (!isEnded) await reportForged(this.#ground, run, 'its row is gone');
    this.#released.delete(run);
    this.#unsure.delete(run);
  }

  /** Aborts what was recorded. Where that cannot be recorded now, the run's end is, later. */
  async giveUp(run: string, why: string): Promise<void> {
    await this.abort(run, why).catch((error: unknown) => {
      this.#ground.log.error({ err: error, run }, 'a release could not be aborted');
    });
  }
}

// Of a secret that was replaced in its overlap a run holds two; of one whose release is not signed yet, the one before goes on.
// oxlint-disable-next-line max-params -- versions, what is noted of them, and when
function sortHeld(kept: readonly KeptVersion[], held: readonly Held[], now: Date) {
  const signed = new Set(held.filter((one) => one.signed).map(({ version }) => version));
  const newest = newestOf(kept);
  const live = kept.filter((one) => isLive(one, now));
  const [mine, others] = [live.filter(({ id }) => signed.has(id)), live.filter(({ id }) => !signed.has(id))];
  const coming = others.filter((one) => newest.includes(one));
  const used = newestOf(mine).filter(
    (one) => newest.includes(one) || coming.some(({ name }) => name === one.name),
  );
  return {
    used,
    coming,
    unsigned: others.map(({ id }) => id),
    lasting: mine.filter((one) => !used.includes(one)),
  };
}

// A door that was killed, or that a sealed vault did not hear, has not said how often it used what it was allowed: all of it counts.
async function countUnclosed(tx: Tx, { run, space }: OpenRun): Promise<VaultEntry[]> {
  const left = await new RunWriter(tx).takeUnclosed(run);
  for (const { version, uses } of left) await new SecretWriter(tx).countUses(version, uses);
  return left.map(({ version, uses: unclosed }) => ({
    ...{ kind: 'secret.used', subject: `secret:${version}`, actor: 'system:vault', credential: '' },
    body: { space, run, unclosed },
  }));
}

function isPlaced({ placeholder }: Held): boolean {
  return placeholder !== null;
}
