// Plays the vault before a door: it grants, answers, and says twice a second what may be used.
import { makeSealingPair, openSealing, type Sealing } from '@holdfast/kernel/sealing';
import type { Place } from '@holdfast/kernel/brokering/place';
import type { DoorStart, FromDoor } from '../../src/run/frames.ts';
import {
  DOOR_TO_VAULT,
  DoorWord,
  VAULT_TO_DOOR,
  writeGrant,
  type GrantedSecret,
  type VaultWord,
} from '../../src/run/lease.ts';
import type { TestDoor } from './open-world.ts';
import { VALUES } from './values.ts';

const RUN = 'run-of-a-test';
const PULSE_MS = 400;

type WithoutNumber<Word> = Word extends unknown ? Omit<Word, 'number'> : never;

/** One of the values, bound as the test says. */
export function secretOf(
  name: keyof typeof VALUES,
  hosts: readonly string[],
  { places, provider = null }: { readonly places: readonly Place[]; readonly provider?: string | null },
): GrantedSecret {
  const [value, placeholder] = VALUES[name];
  const version = Buffer.from(name.padEnd(12, '.')).toString('hex');
  return {
    ...{ version, name: name.toUpperCase(), placeholder, hosts: [...hosts], places: [...places], provider },
    ...{ bytes: value.length, value: Buffer.from(value) },
  };
}

/** A vault, as far as a door knows it. */
export class VaultPlayer implements Disposable {
  readonly words: DoorWord[] = [];
  /** How many uses each answer allows. */
  uses = 1_000;
  /** And for how long. */
  seconds = 60;
  #pair = makeSealingPair();
  #to: Sealing | undefined;
  #from: Sealing | undefined;
  #door: TestDoor | undefined;
  #number = 0;
  #versions: string[] = [];
  #lasting: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** What a door is told of it at its start. */
  start(certificates: string | undefined): NonNullable<DoorStart['secrets']> {
    return { run: RUN, vault: this.#pair.publicKey, ...(certificates !== undefined && { certificates }) };
  }

  /** Meets a door that is ready, and grants it these. Gives the certificate that its sandbox is to trust. */
  meet(door: TestDoor, secrets: readonly GrantedSecret[]): string {
    const ready = door.frames.find(
      (frame): frame is Extract<FromDoor, { type: 'ready' }> => frame.type === 'ready',
    );
    const identity = ready?.identity ?? null;
    if (identity === null) throw new Error('the door has no key');
    this.#door = door;
    this.#to = openSealing(this.#pair, identity.key, VAULT_TO_DOOR);
    this.#from = openSealing(this.#pair, identity.key, DOOR_TO_VAULT);
    door.onFrame((frame) => {
      if (frame.type === 'box') this.#hear(frame.box);
    });
    this.grant(secrets);
    this.speak();
    return identity.certificate;
  }

  /** Grants these in place of those before, of which some last. */
  grant(secrets: readonly GrantedSecret[], lasting: readonly string[] = []): void {
    this.#number += 1;
    this.#lasting = [...lasting];
    this.#versions = secrets.map(({ version }) => version);
    this.#send('grant', writeGrant({ number: this.#number, secrets, lasting }));
  }

  /** Says from now on what may be used. */
  speak(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      this.#sayAlive();
    }, PULSE_MS);
  }

  /** Says nothing more. */
  fallSilent(): void {
    clearInterval(this.#timer);
  }

  /** Takes one back, at once. */
  revoke(version: string): void {
    this.#versions = this.#versions.filter((one) => one !== version);
    this.#lasting = this.#lasting.filter((one) => one !== version);
    this.#sayAlive();
  }

  #sayAlive(): void {
    this.say({ type: 'alive', versions: this.#versions, lasting: this.#lasting });
  }

  /** Says a word. */
  say(word: WithoutNumber<VaultWord>): void {
    this.#number += 1;
    this.#send('word', Buffer.from(JSON.stringify({ ...word, number: this.#number })));
  }

  #hear(box: string): void {
    const word = DoorWord.parse(JSON.parse(this.#from?.open(box, RUN).toString() ?? ''));
    this.words.push(word);
    if (word.type !== 'ask') return;
    this.say({
      type: 'answer',
      ask: word.number,
      uses: this.uses,
      seconds: this.seconds,
      why: this.uses === 0 ? 'no' : null,
    });
  }

  #send(kind: 'grant' | 'word', bytes: Buffer): void {
    this.#door?.send({ type: 'box', kind, box: this.#to?.seal(bytes, RUN) });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
