// Hands the secrets of a Space to one run of it: against a ticket that the hub put on the ledger, once, and after the entries
// that say so are signed. Invariants: no value of a start leaves before its entry is signed, whether a sandbox gets it or a door; what a
// run holds is in `vault.held` from before the hand-over until its end is recorded.
import { randomBytes } from 'node:crypto';
import { makePlaceholder } from '@holdfast/kernel/brokering/placeholder';
import { openSealing } from '@holdfast/kernel/sealing';
import { type NoteVerifier } from '@holdfast/notary/note';
import { z } from 'zod';
import { Allowance } from './allowance.ts';
import { VAULT_TO_INSIDE, type InsideHead } from './frames.ts';
import { journalled, journalOf, type Ground } from './ground.ts';
import { recordEntries, type VaultEntry, type WrittenEntry } from './ledger-store.ts';
import { isLive, newestOf, type KeptVersion } from './model.ts';
import { CHANGED_MEANWHILE, VaultRefusal } from './refusal.ts';
import { type Brokered, type Possession } from './possession.ts';
import { tagOf } from './run-seal.ts';
import { RunReader, RunWriter, type Held, type Ticket } from './run-store.ts';
import { SecretReader } from './secret-store.ts';
import { untilSigned } from './signed.ts';
import { type Flight } from './turns.ts';
import { openValue, readUnderKey } from './values.ts';
import { factsOf } from './writes.ts';

/** What the runner asks for. */
export interface ReleaseWish {
  readonly run: string;
  readonly space: string;
  readonly ticket: string;
  readonly door: string;
  readonly inside: string;
}

/** What was released. */
export interface Released {
  readonly inside: string;
  /** For the run's door. */
  readonly brokered: readonly Brokered[];
}

interface Opened {
  readonly version: KeptVersion;
  readonly value: Buffer;
  /** `null`: the app gets the value. */
  readonly placeholder: string | null;
}

/** A ticket is good for so long, in seconds: a build may come between. */
const TICKET_AGE = 900;
/** Releases at once and a second: of one Space, and of all. */
const OF_ONE = { most: 20, perSecond: 0.5 };
const OF_ALL = { most: 500, perSecond: 50 };

const TicketBody = z.looseObject({ run: z.string(), commit: z.string() });

/** Releases. */
export class Releases {
  readonly #ground: Ground;
  readonly #possession: Possession;
  readonly #verifier: NoteVerifier;
  readonly #ofOne = new Allowance(OF_ONE.most, OF_ONE.perSecond);
  readonly #ofAll = new Allowance(OF_ALL.most, OF_ALL.perSecond);

  // oxlint-disable-next-line max-params -- the ground, who possesses what, and whom to believe
  constructor(ground: Ground, possession: Possession, verifier: NoteVerifier) {
    this.#ground = ground;
    this.#possession = possession;
    this.#verifier = verifier;
  }

  /** Releases what the run may have, unless the flight is over by then. Throws a `VaultRefusal`. */
  async release(wish: ReleaseWish, flight: Flight): Promise<Released> {
    const { space } = wish;
    const now = this.#ground.clock.now().getTime();
    // A runner that was taken over gets no more out of the vault than apps could have been started.
    if (!this.#ofOne.take(space, now) || !this.#ofAll.take('', now))
      throw new VaultRefusal('too-many', 'this Space was started too often; it is tried again');
    const ticket = judgeTicket(await new RunReader(this.#ground.db).findTicket(wish.ticket), wish);
    const opened = await this.#open(space);
    try {
      const entries = await this.#record(wish, ticket, opened);
      return await this.#handOver(wish, opened, { entries, flight });
    } finally {
      for (const { value } of opened) value.fill(0);
    }
  }

  async #handOver(
    wish: ReleaseWish,
    opened: readonly Opened[],
    { entries, flight }: { readonly entries: readonly WrittenEntry[]; readonly flight: Flight },
  ): Promise<Released> {
    try {
      // A door has its values in memory, where they are handed over as well as those that an app gets.
      if (entries.length > 0) await untilSigned(this.#ground.ledger, this.#verifier, entries);
      await this.#requireSame(wish.space, opened);
      requireFlying(flight);
      this.#possession.handOver(
        wish.run,
        opened.map(({ version }) => version.id),
      );
      return { inside: this.#seal(wish, opened), brokered: opened.filter(isBrokered) };
    } catch (error) {
      // It is on the ledger, and nobody gets anything for it.
      await this.#possession.giveUp(
        wish.run,
        error instanceof VaultRefusal ? error.message : 'it was not handed over',
      );
      throw error;
    }
  }

  // The notary takes its time: what was deleted or set anew meanwhile is not handed over.
  async #requireSame(space: string, opened: readonly Opened[]): Promise<void> {
    const now = this.#ground.clock.now();
    const kept = newestOf(await new SecretReader(this.#ground.db).listKept(space));
    const live = new Set(kept.filter((one) => isLive(one, now)).map(({ id }) => id));
    if (opened.some(({ version }) => !live.has(version.id)))
      throw new VaultRefusal('failed', CHANGED_MEANWHILE);
  }

  // Read into this process alone: nothing has left it yet.
  async #open(space: string): Promise<Opened[]> {
    const now = this.#ground.clock.now();
    const { read: kept, key } = await readUnderKey(
      this.#ground,
      space,
      async (reader) => await listWhole(reader, space),
    );
    // One whose newest version has expired is gone: the one before is not what people set.
    const versions = newestOf(kept).filter((one) => isLive(one, now));
    return versions.map((version) => {
      const value = openValue(this.#ground.log, key, version);
      const placeholder = version.way === 'brokered' ? makePlaceholder(value, randomBytes) : null;
      return { version, value, placeholder };
    });
  }

  async #record(
    wish: ReleaseWish,
    ticket: TicketFacts,
    opened: readonly Opened[],
  ): Promise<readonly WrittenEntry[]> {
    const { run, space, door } = wish;
    const { instance, db } = this.#ground;
    const versions = opened.map(({ version }) => version.id);
    const written = await journalled(this.#ground, { act: 'release', run, space, versions }, (noted) =>
      db.transaction(async (tx) => {
        const writer = new RunWriter(tx);
        if (!(await writer.useTicket(wish.ticket, run)))
          throw new VaultRefusal('invalid', 'the start ticket was used before');
        const [row, held] = [{ run, space, instance, door }, opened.map(heldOf)];
        await writer.begin({ ...row, tag: tagOf(this.#ground.keys, row, held) }, held);
        const more = { ...journalOf(noted, instance), ticket: wish.ticket };
        const entries = await recordEntries(
          tx,
          opened.map(({ version }) => entryOf(version, { ...wish, ...ticket }, more)),
        );
        return { entries, result: entries };
      }),
    );
    this.#possession.began(run);
    return written;
  }

  #seal({ run, inside }: ReleaseWish, opened: readonly Opened[]): string {
    const shown = opened.map(({ version: { name, way }, value, placeholder }) => ({
      name,
      way: way === 'file' ? ('file' as const) : ('variable' as const),
      value: placeholder === null ? value : Buffer.from(placeholder),
    }));
    const bytes = writeInside(shown, opened.some(isBrokered));
    const box = openSealing(this.#ground.pair, inside, VAULT_TO_INSIDE).seal(bytes, run);
    bytes.fill(0);
    return box;
  }
}

// An app without some of what it was given would fail in its own words, or do with less what it should not.
async function listWhole(reader: SecretReader, space: string): Promise<KeptVersion[]> {
  const lost = (await reader.listLost(space)).map(({ name }) => name);
  if (lost.length > 0)
    throw new VaultRefusal(
      'failed',
      `Lost with the root key of the vault: ${lost.join(', ')}. Set ${lost.length === 1 ? 'it' : 'each'} anew, or delete it; ` +
        'the app starts then.',
    );
  return await reader.listKept(space);
}

/** Throws a `VaultRefusal` when what hands values over has been ended meanwhile. */
export function requireFlying({ over }: Flight): void {
  if (over !== undefined) throw new VaultRefusal('failed', over);
}

function heldOf({ version: { id, way }, placeholder }: Opened): Held {
  return { version: id, holder: holderOf(way), placeholder, signed: false };
}

function isBrokered(opened: Opened): opened is Opened & Brokered {
  return opened.placeholder !== null;
}

function holderOf(way: KeptVersion['way']): string {
  return way === 'brokered' ? 'door' : 'sandbox';
}

function judgeTicket(ticket: Ticket | undefined, wish: ReleaseWish): TicketFacts {
  const isOf = ticket?.kind === 'run.started' && ticket.subject === `repo:${wish.space}`;
  if (ticket === undefined || !isOf || !ticket.writer.startsWith('holdfast_hub_'))
    throw new VaultRefusal('invalid', 'there is no start ticket of this Space on the ledger');
  const { run, commit } = TicketBody.parse(JSON.parse(ticket.body));
  if (run !== wish.run) throw new VaultRefusal('invalid', 'the start ticket is for another run');
  if (ticket.age > TICKET_AGE) throw new VaultRefusal('invalid', 'the start ticket is too old');
  return { commit, actor: ticket.actor, credential: ticket.credential };
}

interface TicketFacts {
  readonly commit: string;
  readonly actor: string;
  readonly credential: string;
}

function entryOf(
  version: KeptVersion,
  { run, commit, actor, credential }: ReleaseWish & TicketFacts,
  more: VaultEntry['body'],
): VaultEntry {
  return {
    ...{ kind: 'secret.released', subject: `secret:${version.id}`, actor, credential },
    body: { ...factsOf(version), run, commit, holder: holderOf(version.way), ...more },
  };
}

// Length of the head in four bytes, the head as JSON, the values one after the other.
function writeInside(
  secrets: readonly { readonly name: string; readonly way: 'variable' | 'file'; readonly value: Buffer }[],
  brokered: boolean,
): Buffer {
  const said: z.infer<typeof InsideHead> = {
    brokered,
    secrets: secrets.map(({ name, way, value }) => ({ name, way, bytes: value.length })),
  };
  const head = Buffer.from(JSON.stringify(said));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, ...secrets.map(({ value }) => value)]);
}
