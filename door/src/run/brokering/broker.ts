// The secrets of one run as its door has them: boxes from the vault and to it, what is looked for in what passes, and events.
import { makeSealingPair, openSealing, type Sealing } from '@holdfast/kernel/sealing';
import {
  DOOR_TO_VAULT,
  readGrant,
  VAULT_TO_DOOR,
  VaultWord,
  type BrokeredSecret,
  type GrantedSecret,
  type Route,
} from '../lease.ts';
import type { DoorStart, FromDoor, VaultBox } from '../frames.ts';
import { Authority, type Leaf } from './authority.ts';
import { wantedOf } from './forms.ts';
import { Leases } from './leases.ts';
import { Search } from './search.ts';

/** What a broker needs. */
export interface BrokerDeps {
  readonly secrets: NonNullable<DoorStart['secrets']>;
  readonly send: (frame: FromDoor) => void;
  /** Milliseconds: of a clock that only goes on, and since 1970. */
  readonly now: () => number;
  readonly date: () => number;
}

const TICK_MS = 200;
/** So long after its start the door holds requests back, for the first grant to come. */
const FIRST_GRANT_MS = 3_000;
/** Misplaced placeholders that are counted apart between two ticks. */
const MOST_KINDS = 50;

interface Misplaced {
  readonly version: string;
  readonly host: string;
  readonly where: string;
  readonly count: number;
}

/** The door's part in the secrets of a run. */
export class Broker implements Disposable {
  readonly leases: Leases;
  /** What the runner is told: for the vault, and for the sandbox. */
  readonly identity: { readonly key: string; readonly certificate: string };
  readonly #deps: BrokerDeps;
  readonly #authority: Authority;
  readonly #leaves = new Map<string, Leaf>();
  readonly #from: Sealing;
  readonly #misplaced = new Map<string, Misplaced>();
  readonly #echoes = new Map<string, Set<string>>();
  readonly #timer: NodeJS.Timeout;
  readonly #began: number;
  readonly #granted = Promise.withResolvers<undefined>();
  #placeholders = new Search([]);
  #values = new Search([]);
  /** What the forms are of that are looked for in answers. */
  #sought: readonly GrantedSecret[] = [];

  constructor(deps: BrokerDeps) {
    const { secrets, send, now } = deps;
    this.#deps = deps;
    const pair = makeSealingPair();
    const to = openSealing(pair, secrets.vault, DOOR_TO_VAULT);
    this.#from = openSealing(pair, secrets.vault, VAULT_TO_DOOR);
    this.leases = new Leases({
      now,
      say: (word) => {
        send({ type: 'box', box: to.seal(Buffer.from(JSON.stringify(word)), secrets.run) });
      },
    });
    this.#authority = new Authority(deps.date());
    this.identity = { key: pair.publicKey, certificate: this.#authority.certificate };
    this.#began = now();
    this.#timer = setInterval(() => {
      this.#tick();
    }, TICK_MS);
  }

  /** Takes a box of the vault. What cannot be opened, or is old, changes nothing. */
  receive({ kind, box }: VaultBox): void {
    let bytes: Buffer;
    try {
      bytes = this.#from.open(box, this.#deps.secrets.run);
    } catch {
      return; // the runner carries boxes, and can make none
    }
    if (kind === 'word') this.leases.hear(VaultWord.parse(JSON.parse(bytes.toString('utf8'))));
    else if (this.leases.accept(readGrant(bytes)))
      this.#placeholders = new Search(
        this.secrets.flatMap(({ version, placeholder }) =>
          wantedOf(version, Buffer.from(placeholder, 'latin1')),
        ),
      );
    bytes.fill(0);
    this.#follow();
    if (this.leases.secrets !== undefined) this.#granted.resolve(undefined);
  }

  // Forms of a value are as good as the value: they are kept no longer than it is. What is under way is looked through to its end as it
  // was begun.
  #follow(): void {
    const kept = this.leases.values;
    if (kept.length === this.#sought.length && kept.every((one, at) => one === this.#sought[at])) return;
    this.#sought = kept;
    this.#values = new Search(kept.flatMap(({ version, value }) => wantedOf(version, value)));
  }

  /** What the run has. */
  get secrets(): readonly BrokeredSecret[] {
    return this.leases.secrets ?? [];
  }

  /** Finds what stands in the place of values. */
  get placeholders(): Search {
    return this.#placeholders;
  }

  /** Finds the values. */
  get values(): Search {
    return this.#values;
  }

  /** The first grant may still come, so that it is not known what is bound. */
  get waits(): boolean {
    return this.leases.secrets === undefined && this.#deps.now() - this.#began < FIRST_GRANT_MS;
  }

  /** Fulfilled when that is known. */
  get settled(): Promise<undefined> {
    return this.#granted.promise;
  }

  /** Whether a secret is bound to a host. */
  isBound(host: string): boolean {
    return this.secrets.some(({ hosts }) => hosts.includes(host));
  }

  /** Key and certificate by which the door stands before a host. */
  leafOf(host: string): Leaf {
    const date = this.#deps.date();
    const kept = this.#leaves.get(host);
    if (kept !== undefined && date < kept.until - HALF_DAY) return kept;
    const leaf = this.#authority.issue(host, date);
    this.#leaves.set(host, leaf);
    return leaf;
  }

  /** A placeholder was where it does not belong. */
  misplaced(version: string, host: string, where: string): void {
    const key = `${version} ${host} ${where}`;
    const count = (this.#misplaced.get(key)?.count ?? 0) + 1;
    if (count > 1 || this.#misplaced.size < MOST_KINDS)
      this.#misplaced.set(key, { version, host, where, count });
  }

  /** An answer had a value in it. */
  echoed(version: string, route: Route): void {
    const key = JSON.stringify(route);
    // For each version by itself: an app chooses the routes, and must not hide one value behind fifty of another.
    const routes = this.#echoes.get(version) ?? new Set();
    if (routes.has(key) || routes.size >= MOST_KINDS) return;
    this.#echoes.set(version, routes.add(key));
    this.leases.say({ type: 'echo', version, route });
  }

  #tick(): void {
    this.leases.tick();
    this.#follow();
    for (const misplaced of this.#misplaced.values()) this.leases.say({ type: 'misplaced', ...misplaced });
    this.#misplaced.clear();
    this.#echoes.clear();
    if (!this.waits) this.#granted.resolve(undefined);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

const HALF_DAY = 12 * 3_600_000;
