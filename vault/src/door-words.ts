// What the vault says to the door of one run: words, and grants with values. Numbered and on its way in one step, so that no word
// overtakes another.
import { type KeyObject } from 'node:crypto';
import { type DoorWord, type GrantedSecret, type VaultWord, writeGrant } from '@holdfast/door/run/lease';
import { type Ground } from './ground.ts';
import { type ToRunner } from './frames.ts';
import { idsOf, LEASE, type Lease } from './lease.ts';
import { openValue } from './values.ts';

/** A word before it has its number. */
type Unnumbered = VaultWord extends infer Word
  ? Word extends VaultWord
    ? Omit<Word, 'number'>
    : never
  : never;

/** The answer to a question that allows no use. */
export function refusalTo({ number }: Extract<DoorWord, { type: 'ask' }>) {
  return { type: 'answer', ask: number, ...LEASE, uses: 0 } as const;
}

/** Says it. */
export class DoorWords {
  readonly #log: Ground['log'];
  readonly #tell: (frame: ToRunner) => void;

  constructor(log: Ground['log'], tell: (frame: ToRunner) => void) {
    this.#log = log;
    this.#tell = tell;
  }

  /** Gives a door all that it may use. Throws a `VaultRefusal` where one does not open. */
  grant(lease: Lease, key: KeyObject | undefined): void {
    const secrets = lease.versions.map((version): GrantedSecret => {
      const { id, name, hosts, places, provider, bytes } = version;
      const placeholder = lease.placeholders.get(name) ?? '';
      const value = openValue(this.#log, key, version);
      return {
        ...{ version: id, name, placeholder, hosts: [...hosts], places: [...places], provider, bytes, value },
      };
    });
    lease.sent += 1;
    const bytes = writeGrant({ number: lease.sent, secrets, lasting: idsOf(lease.lasting) });
    for (const { value } of secrets) value.fill(0);
    const box = lease.to.seal(bytes, lease.run);
    bytes.fill(0);
    this.#tell({ type: 'door', run: lease.run, kind: 'grant', box });
  }

  /** What it may use, and what goes on. */
  alive(lease: Lease): void {
    this.say(lease, { type: 'alive', versions: idsOf(lease.versions), lasting: idsOf(lease.lasting) });
  }

  say(lease: Lease, word: Unnumbered): void {
    lease.sent += 1;
    const bytes = Buffer.from(JSON.stringify({ ...word, number: lease.sent }));
    this.#tell({ type: 'door', run: lease.run, kind: 'word', box: lease.to.seal(bytes, lease.run) });
  }
}
