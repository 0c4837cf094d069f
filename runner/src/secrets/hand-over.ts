// Brings one run its secrets: a ticket of the hub, a release of the vault, boxes to the door and to the program inside. None of
// them is readable here. From the first question on, the vault is told when nothing of the run is left.
import { type InsideSecrets } from '@holdfast/inside/frames';
import { type Ticket, type TicketWish, type Tickets } from './tickets.ts';
import { type DoorBox, type VaultLink } from './vault-link.ts';

/** Where secrets come from. */
export interface SecretSource {
  readonly vault: VaultLink;
  readonly tickets: Tickets;
}

/** What a door said of itself. */
export interface DoorIdentity {
  readonly key: string;
  /** Of its own authority, in PEM. */
  readonly certificate: string;
}

/** The secrets of one run. */
export class HandOver implements Disposable {
  readonly #source: SecretSource;
  readonly #wish: TicketWish;
  readonly #ticket: Promise<Ticket>;
  readonly #following: Disposable;
  #door: DoorIdentity | undefined;
  #wasAsked = false;
  #isOver = false;
  #cameThrough = false;
  #wasDelivered = false;

  /** @param toDoor carries a box to the run's door */
  constructor(source: SecretSource, wish: TicketWish, toDoor: (box: DoorBox) => void) {
    this.#source = source;
    this.#wish = wish;
    this.#following = source.vault.followDoor(wish.run, toDoor);
    // Asked for early, because the sandbox takes time to be made.
    this.#ticket = source.tickets.ask(wish);
    this.#ticket.catch(() => undefined); // seen below
  }

  /** For whom door and program seal, and about what. Throws an `Error` while there is no vault. */
  get peer(): { readonly vault: string; readonly run: string } {
    const { key } = this.#source.vault;
    if (key === undefined) throw new Error('there is no vault');
    return { vault: key, run: this.#wish.run };
  }

  /** By what the door says to the hub for which run it asks; `null` without a ticket: then the run gets nothing, and ends. */
  get proof(): Promise<string | null> {
    return this.#ticket.then(
      ({ proof }) => proof,
      () => null,
    );
  }

  /** The door is open, with these keys. */
  meetDoor(door: DoorIdentity): void {
    this.#door = door;
  }

  /** What the program inside is to be sent, which has this key. Throws an `Error` that people may read. */
  async fetch(inside: string): Promise<InsideSecrets> {
    if (this.#door === undefined || this.#wasAsked)
      throw new Error('secrets are given once, after the door is open');
    this.#wasAsked = true;
    const { run, space } = this.#wish;
    const { key: door, certificate } = this.#door;
    const { entry: ticket } = await this.#ticket;
    // The vault would hand out to nobody, and be told of no end.
    if (this.#isOver) throw new Error('the run ended before it had its secrets');
    const box = await this.#source.vault.release({ run, space, ticket, door, inside });
    this.#cameThrough = true;
    return { type: 'secrets', box, certificate };
  }

  /** The program inside has opened its box, which is told once. `false`: it was sent none, or said so before. */
  delivered(): boolean {
    if (!this.#cameThrough || this.#isOver || this.#wasDelivered) return false;
    this.#wasDelivered = true;
    this.#source.vault.delivered(this.#wish.run);
    return true;
  }

  /** What the door says to the vault. */
  fromDoor(box: string): void {
    this.#source.vault.fromDoor(this.#wish.run, box);
  }

  /** The run's last process is dead. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#source.tickets.over(this.#wish.run);
    this.#following[Symbol.dispose]();
    if (!this.#wasAsked) return;
    if (this.#cameThrough) this.#source.vault.ended(this.#wish.run);
    else this.#source.vault.aborted(this.#wish.run, 'the run ended before it had its secrets');
  }
}
