// Holds the root key, which wraps the key of each Space. The one kind that is here keeps it in a file of the vault's own
// folder, plain or under a passphrase; a key manager outside would be another one behind the same words.
import {
  argon2Sync,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { findText, writeText } from '@holdfast/platform/private-files';
import { z } from 'zod';
import { decrypt, encrypt, makeKey, unwrapKey, wrapKey, type Bound } from './envelope.ts';

/** Why a root key does not open anything. */
export type Closed = 'sealed' | 'passphrase-needed' | 'passphrase-wrong' | 'missing';

/** A tag over bytes. */
export interface Tag {
  readonly generation: number;
  readonly bytes: Buffer;
}

/** A root key, in generations. While it is closed everything but `closed`, `open` and `exists` throws an `Error`. */
export interface KeyHolder {
  /** Why it is closed; `undefined` while it is open. */
  readonly closed: Closed | undefined;
  /** Whether a passphrase opens it. */
  readonly hasPassphrase: boolean;
  /** Whether there is one, open or not. */
  exists(): Promise<boolean>;
  /** Makes one, under a passphrase if one is given, and opens it; as generation 1 where no other is said. */
  make(passphrase: Buffer | undefined, generation?: number): Promise<void>;
  /** Opens it; `false`: that is not its passphrase. */
  open(passphrase: Buffer | undefined): Promise<boolean>;
  /** Forgets it until it is opened again. */
  close(): void;
  /** The generation that wraps what is new. */
  readonly generation: number;
  /** When it was made; `undefined` while it is closed. */
  readonly madeAt: Date | undefined;
  wrap(key: KeyObject, bound: Bound): { readonly generation: number; readonly wrapped: Buffer };
  /** Throws an `Error` for another key's, and for a generation that is gone. */
  unwrap(generation: number, wrapped: Buffer, bound: Bound): Promise<KeyObject>;
  /** 32 bytes that nobody without this generation's key makes, other ones for each purpose. Throws an `Error` for one that is gone. */
  derive(generation: number, purpose: string): Promise<Buffer>;
  /** A tag over bytes, which nobody without the key makes. */
  tag(bytes: Uint8Array): Tag;
  /** Whether it is the tag of these bytes; `false` also for one of a generation that is gone. */
  isTag(tag: Tag, bytes: Uint8Array): boolean;
  /** Makes the next generation, also behind another one; the ones before still unwrap. On disk when this returns. */
  advance(behind?: number): Promise<number>;
  /** Destroys the generations before this one. On disk when this returns. */
  retire(before: number): Promise<void>;
}

const Generations = z
  .array(z.strictObject({ n: z.int().positive(), key: z.string(), at: z.iso.datetime() }))
  .min(1);
const RootFile = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('plain'), generations: Generations }),
  z.strictObject({
    kind: z.literal('passphrase'),
    memory: z.int().max(4_194_304),
    passes: z.int().max(16),
    salt: z.string(),
    box: z.string(),
  }),
]);
type RootFile = z.infer<typeof RootFile>;

/** 256 MiB, three passes: a quarter of a second here; RFC 9106's second choice with four times its memory. */
const COST = { memory: 262_144, passes: 3 };
const BOX_BOUND = { what: 'holdfast root key' };

/** The root key in a file. */
export class FileKeyHolder implements KeyHolder {
  readonly #path: string;
  #keys: Keys | undefined;
  #closed: Closed | undefined = 'sealed';
  /** What re-encrypts the file when it changes; of this opening alone. */
  #passphrase: { readonly key: KeyObject; readonly salt: string } | undefined;
  #hasPassphrase = false;
  /** Counts how often it was closed: what was under way then must not bring the keys back, or write them without their passphrase. */
  #closings = 0;

  constructor(path: string) {
    this.#path = path;
  }

  get closed(): Closed | undefined {
    return this.#closed;
  }

  get hasPassphrase(): boolean {
    return this.#hasPassphrase;
  }

  async exists(): Promise<boolean> {
    return (await findText(this.#path)) !== undefined;
  }

  async make(passphrase: Buffer | undefined, generation = 1): Promise<void> {
    this.#passphrase = passphrase && derive(passphrase, randomBytes(16).toString('base64'));
    this.#hasPassphrase = passphrase !== undefined;
    await this.#write(new Map([[generation, fresh()]]));
    this.#closed = undefined;
  }

  async open(passphrase: Buffer | undefined): Promise<boolean> {
    const closings = this.#closings;
    const file = await this.#read();
    if (this.#closings !== closings) return false;
    if (file === undefined) {
      // What is still in memory is written again by the next rotation; to forget it now would be to lose it.
      if (this.#keys !== undefined) return true;
      this.#closed = 'missing';
      return false;
    }
    this.#hasPassphrase = file.kind === 'passphrase';
    const generations = this.#openFile(file, passphrase);
    if (generations === undefined) {
      this.#closed = passphrase === undefined ? 'passphrase-needed' : 'passphrase-wrong';
      return false;
    }
    this.#keys = keysOf(generations);
    this.#closed = undefined;
    return true;
  }

  close(): void {
    this.#keys = undefined;
    this.#passphrase = undefined;
    this.#closed = 'sealed';
    this.#closings += 1;
  }

  get generation(): number {
    return Math.max(...this.#open().keys());
  }

  get madeAt(): Date | undefined {
    return this.#keys?.get(this.generation)?.at;
  }

  wrap(key: KeyObject, bound: Bound): { readonly generation: number; readonly wrapped: Buffer } {
    const { generation } = this;
    return { generation, wrapped: wrapKey(this.#of(generation), key, { ...bound, generation }) };
  }

  async unwrap(generation: number, wrapped: Buffer, bound: Bound): Promise<KeyObject> {
    await this.#learn(generation);
    return unwrapKey(this.#of(generation), wrapped, { ...bound, generation });
  }

  async derive(generation: number, purpose: string): Promise<Buffer> {
    await this.#learn(generation);
    return Buffer.from(hkdfSync('sha256', this.#of(generation), '', purpose, 32));
  }

  tag(bytes: Uint8Array): Tag {
    const { generation } = this;
    return { generation, bytes: macOf(this.#of(generation), bytes) };
  }

  isTag({ generation, bytes: tag }: Tag, bytes: Uint8Array): boolean {
    const key = this.#open().get(generation)?.key;
    if (key === undefined) return false;
    const own = macOf(key, bytes);
    return own.length === tag.length && timingSafeEqual(own, tag);
  }

  async advance(behind = 0): Promise<number> {
    const next = Math.max(this.generation, behind) + 1;
    await this.#write(new Map([...this.#open(), [next, fresh()]]));
    return next;
  }

  async retire(before: number): Promise<void> {
    await this.#write(new Map([...this.#open()].filter(([n]) => n >= before)));
  }

  // Another vault of the same keys may have made the next one.
  async #learn(generation: number): Promise<void> {
    if (!this.#open().has(generation) && !this.#hasPassphrase) await this.open(undefined);
  }

  #open(): Keys {
    if (this.#keys === undefined) throw new Error('the vault is sealed');
    return this.#keys;
  }

  #of(generation: number): KeyObject {
    const key = this.#open().get(generation)?.key;
    if (key === undefined) throw new Error(`the root key of generation ${generation} is gone`);
    return key;
  }

  async #read(): Promise<RootFile | undefined> {
    const text = await findText(this.#path);
    if (text === undefined) return undefined;
    try {
      return RootFile.parse(JSON.parse(text));
    } catch {
      // What a parser says quotes the text, and the text is a key.
      throw new Error('the file of the root key is damaged: put back a copy of it');
    }
  }

  #openFile(file: RootFile, passphrase: Buffer | undefined): z.infer<typeof Generations> | undefined {
    if (file.kind === 'plain') return file.generations;
    if (passphrase === undefined) return undefined;
    const derived = derive(passphrase, file.salt, file);
    try {
      const bytes = decrypt(derived.key, Buffer.from(file.box, 'base64'), BOX_BOUND);
      this.#passphrase = derived;
      return Generations.parse(JSON.parse(bytes.toString('utf8')));
    } catch {
      return undefined;
    }
  }

  // Throws where it was closed meanwhile; the file is whole then, and what it has is read at the next opening.
  async #write(keys: Keys): Promise<void> {
    const closings = this.#closings;
    const generations = [...keys].map(([n, { key, at }]) => ({
      n,
      key: key.export().toString('base64'),
      at: at.toISOString(),
    }));
    const file: RootFile =
      this.#passphrase === undefined
        ? { kind: 'plain', generations }
        : {
            ...{ kind: 'passphrase', ...COST, salt: this.#passphrase.salt },
            box: encrypt(this.#passphrase.key, Buffer.from(JSON.stringify(generations)), BOX_BOUND).toString(
              'base64',
            ),
          };
    await writeText(this.#path, `${JSON.stringify(file)}\n`);
    if (this.#closings !== closings) throw new Error('the vault is sealed');
    this.#keys = keys;
  }
}

type Keys = ReadonlyMap<number, { readonly key: KeyObject; readonly at: Date }>;

function keysOf(generations: z.infer<typeof Generations>): Keys {
  return new Map(
    generations.map(({ n, key, at }) => [
      n,
      { key: createSecretKey(Buffer.from(key, 'base64')), at: new Date(at) },
    ]),
  );
}

// The root key itself wraps; what tags is made from it.
function macOf(root: KeyObject, bytes: Uint8Array): Buffer {
  const key = Buffer.from(hkdfSync('sha256', root, '', 'holdfast vault: tags of rows', 32));
  const mac = createHmac('sha256', key).update(bytes).digest();
  key.fill(0);
  return mac;
}

function fresh(): { readonly key: KeyObject; readonly at: Date } {
  return { key: makeKey(), at: new Date() };
}

function derive(
  passphrase: Buffer,
  salt: string,
  { memory, passes }: typeof COST = COST,
): { readonly key: KeyObject; readonly salt: string } {
  const bytes = argon2Sync('argon2id', {
    ...{ message: passphrase, nonce: Buffer.from(salt, 'base64') },
    ...{ parallelism: 1, tagLength: 32, memory, passes },
  });
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return { key, salt };
}
