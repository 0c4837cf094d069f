// Gives up what a lost root key wrapped, and begins with another one: the operator's act, of which nothing can be taken back. What is
// lost is destroyed, so that a key that turns up later opens nothing of it, and each secret and seed that is lost has its entry.
import { journalled, journalOf, type Ground } from './ground.ts';
import { findNamedRoot, recordEntries, type VaultEntry } from './ledger-store.ts';
import { nameRoot, requireAlone } from './named-root.ts';
import { type KeptVersion } from './model.ts';
import { VaultRefusal } from './refusal.ts';
import { RunWriter } from './run-store.ts';
import { SecretReader, SecretWriter } from './secret-store.ts';
import { SeedWriter } from './seed-store.ts';
import { factsOf } from './writes.ts';

/** What is lost with the root key. */
export interface Losses {
  /** Spaces, and the names of their secrets. */
  readonly spaces: { readonly space: string; readonly secrets: string[] }[];
  /** Users whose second factor by codes it is. */
  readonly seeds: string[];
}

/** A piece of an answer that has an end; of very many names there are several. */
export interface LossesPiece extends Losses {
  /** Another piece follows. */
  readonly more: boolean;
}

/** Characters of one piece: half of what a frame may have. */
const MOST_OF_PIECE = 500_000;

/** The same in pieces, of which each fits into a frame; at least one. Pure. */
export function piecesOf({ spaces, seeds }: Losses): LossesPiece[] {
  const pieces: { spaces: Losses['spaces'][number][]; seeds: string[] }[] = [{ spaces: [], seeds: [] }];
  let length = 0;
  const piece = (one: unknown) => {
    const more = JSON.stringify(one).length + 1;
    if (length + more > MOST_OF_PIECE && length > 0) {
      pieces.push({ spaces: [], seeds: [] });
      length = 0;
    }
    length += more;
    return pieces.at(-1);
  };
  // A Space has few names, so that none is longer than a piece.
  for (const one of spaces) piece(one)?.spaces.push(one);
  for (const one of seeds) piece(one)?.seeds.push(one);
  return pieces.map((one, n) => ({ ...one, more: n < pieces.length - 1 }));
}

/** What is lost. Throws a `VaultRefusal` where the key is there, or may be: then nothing is. */
export async function listLosses({ db, keys }: Ground): Promise<Losses> {
  if (keys.closed === undefined && !(await keys.exists()))
    throw new VaultRefusal(
      'failed',
      'the file of the root key is gone, and this vault has the key in memory: `./holdfast vault rotate` writes a new one and wraps all by it; until then neither seal the vault nor stop it',
    );
  if (keys.closed !== 'missing' || (await keys.exists()))
    throw new VaultRefusal(
      'failed',
      'the root key is there, so nothing is lost: `./holdfast vault unseal` reads it',
    );
  await requireAlone(
    new SecretReader(db),
    'where it has, stop this hub, `./holdfast vault rotate` there writes a file of a new one, and start this hub with a copy of it; ' +
      'where it has not, stop its hub first',
  );
  return await db.transaction(async (tx) => {
    const spaces = new Map<string, string[]>();
    for (const { space, name } of await new SecretReader(tx).listNames())
      spaces.set(space, [...(spaces.get(space) ?? []), name]);
    const seeds = await new SeedWriter(tx).listUsers();
    return { spaces: [...spaces].map(([space, secrets]) => ({ space, secrets })), seeds };
  });
}

/** Runs that one entry names, whose body has an end. */
const RUNS_OF_ENTRY = 1_000;

/** Destroys what is lost and makes another root key. Throws as `listLosses` does. */
export async function beginAnew(
  ground: Ground,
  passphrase: Buffer | undefined,
  personal: Readonly<Record<string, string>>,
): Promise<void> {
  const { db, keys, instance } = ground;
  await listLosses(ground);
  // Behind all that were, so that a vault that finds the lost key sees by the ledger that it is over.
  const named = (await findNamedRoot(db))?.generation ?? 1;
  const generation = Math.max(named, await new SecretReader(db).lastGeneration()) + 1;
  await journalled(ground, { act: 'begin-anew' }, (noted) =>
    db.transaction(async (tx) => {
      const writer = new SecretWriter(tx);
      await writer.lockAllKeys();
      await requireAlone(new SecretReader(tx), 'stop its hub first');
      const versions = await writer.loseAll();
      const seeds = await new SeedWriter(tx).loseAll();
      // What runs hold was tagged by the lost key: nothing is granted for it any more. The ledger says of which, so that nobody is taken
      // for a forger by it; a tag that was taken from any other is reported as before.
      const runs = await new RunWriter(tx).untagAll();
      const mark = journalOf(noted, instance);
      const lost = [...entriesOfLoss(versions, seeds, mark), ...entriesOfUntagged(runs, instance, mark)];
      const body = { secrets: versions.length, seeds: seeds.length, generation, instance, ...mark };
      const entries = await recordEntries(tx, [
        ...lost,
        { kind: 'secret.begun-anew', subject: 'vault:root', ...BY, body, personal },
      ]);
      return { entries, result: undefined };
    }),
  );
  // Where the vault ends before this, its next start makes one, because there is nothing that another opens.
  await keys.make(passphrase, generation);
  await nameRoot(ground, { actor: 'operator', personal });
}

type Mark = ReturnType<typeof journalOf>;

const BY = { actor: 'operator', credential: '' } as const;

// oxlint-disable-next-line max-params -- versions and users that lost something, and the line of the journal
function entriesOfLoss(versions: readonly KeptVersion[], seeds: readonly string[], mark: Mark): VaultEntry[] {
  return [
    ...versions.map((version) => ({
      ...{ kind: 'secret.lost' as const, subject: `secret:${version.id}`, ...BY },
      body: { ...factsOf(version), ...mark },
    })),
    ...seeds.map((user) => ({
      ...{ kind: 'secret.seed-lost' as const, subject: `account:${user}`, ...BY, body: mark },
    })),
  ];
}

// oxlint-disable-next-line max-params -- runs, whose vault, and the line of the journal
function entriesOfUntagged(runs: readonly string[], instance: string, mark: Mark): VaultEntry[] {
  const entries: VaultEntry[] = [];
  for (let at = 0; at < runs.length; at += RUNS_OF_ENTRY)
    entries.push({
      ...{ kind: 'secret.run-untagged', subject: 'vault:root', ...BY },
      body: { runs: runs.slice(at, at + RUNS_OF_ENTRY), instance, ...mark },
    });
  return entries;
}
