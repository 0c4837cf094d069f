// Witnesses of checkpoints, written from C2SP's tlog-witness and RFC 9162, and with nothing of the product's own code: how they check
// proofs must not fail as the notary does.
import { createPublicKey, generateKeyPairSync, hash, sign, verify, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

/** A witness: what its key is called, and its signature under a checkpoint at some second. */
export interface Witness {
  readonly key: string;
  readonly sign: (note: string, time?: bigint) => string;
}

/** A new one. */
export function newWitness(name: string, keys = generateKeyPairSync('ed25519')): Witness {
  const raw = rawOf(keys.publicKey);
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), raw]), 'buffer').subarray(0, 4);
  return {
    key: `${name}+${id.toString('hex')}+${raw.toString('base64')}`,
    sign(note, time = 1_764_288_000n) {
      const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
      const stamp = Buffer.alloc(8);
      stamp.writeBigUInt64BE(time);
      const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), keys.privateKey);
      return `— ${name} ${Buffer.concat([id, stamp, signature]).toString('base64')}\n`;
    },
  };
}

function rawOf(key: KeyObject): Buffer {
  return Buffer.concat([Buffer.from([4]), key.export({ type: 'spki', format: 'der' }).subarray(-32)]);
}

interface Tree {
  readonly size: number;
  readonly root: Buffer;
}

interface Asked {
  readonly old: number;
  readonly proof: readonly Buffer[];
  readonly note: string;
  readonly tree: Tree;
}

const NOTHING: Tree = { size: 0, root: Buffer.alloc(32) };

/** One that answers as the protocol has it. */
export class WitnessService implements AsyncDisposable {
  readonly #server = createServer();
  readonly #witness: Witness;
  #signed: Tree = NOTHING;
  /** The log that it knows, as its public key is written. */
  log = '';
  /** Statuses with which it refused. */
  readonly refused: number[] = [];

  private constructor(witness: Witness) {
    this.#witness = witness;
    this.#server.on('request', (request, response) => {
      void readText(request).then((body) => {
        const known = request.method === 'POST' && request.url === '/w/add-checkpoint';
        const { status, text } = known ? this.#take(body) : { status: 404, text: '' };
        if (status !== 200) this.refused.push(status);
        const type = status === 409 ? 'text/x.tlog.size' : 'text/plain; charset=utf-8';
        response.writeHead(status, { 'content-type': type }).end(text);
      });
    });
  }

  /** Opens one on a port of its own. */
  static async open(witness: Witness): Promise<WitnessService> {
    const service = new WitnessService(witness);
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  /** What its address begins with. */
  get prefix(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/w`;
  }

  /** How many entries it signed. */
  get size(): number {
    return this.#signed.size;
  }

  /** Has it know of nothing. */
  forget(): void {
    this.#signed = NOTHING;
  }

  /** Has it believe that it signed another tree. */
  pretend(size: number, root = this.#signed.root): void {
    this.#signed = { size, root };
  }

  #take(body: string): { readonly status: number; readonly text: string } {
    const asked = parseAsked(body);
    if (asked === undefined || asked.old > asked.tree.size) return { status: 400, text: '' };
    if (!isOfLog(asked.note, this.log)) return { status: 403, text: '' };
    const { size, root } = this.#signed;
    const sameSize = asked.old === asked.tree.size;
    const forks = sameSize && size === asked.old && !root.equals(asked.tree.root);
    if (asked.old !== size || forks) return { status: 409, text: `${size}\n` };
    if (!continues(this.#signed, asked)) return { status: 422, text: '' };
    this.#signed = asked.tree;
    return { status: 200, text: this.#witness.sign(asked.note, BigInt(Math.floor(Date.now() / 1000))) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const HASH = /^[A-Za-z0-9+/]{43}=$/;

function parseAsked(body: string): Asked | undefined {
  const at = body.indexOf('\n\n');
  const [first = '', ...hashes] = body.slice(0, at).split('\n');
  const note = body.slice(at + 2);
  const [, size = '', root = ''] = note.split('\n');
  const [, old] = /^old (0|[1-9]\d*)$/.exec(first) ?? [];
  const isWhole = at > 0 && hashes.length <= 63 && [...hashes, root].every((one) => HASH.test(one));
  if (old === undefined || !isWhole || !/^(0|[1-9]\d*)$/.test(size)) return undefined;
  const proof = hashes.map((one) => Buffer.from(one, 'base64'));
  return { old: Number(old), proof, note, tree: { size: Number(size), root: Buffer.from(root, 'base64') } };
}

/** Whether the log of this key (`name+id+key`) signed a note. */
function isOfLog(note: string, key: string): boolean {
  const [name = '', , encoded = ''] = key.split(/\+(?=[0-9a-f]{8}\+)|(?<=\+[0-9a-f]{8})\+/);
  const end = note.lastIndexOf('\n\n');
  const [, signature = ''] = new RegExp(`^— ${name} (\\S+)$`, 'm').exec(note.slice(end + 2)) ?? [];
  const raw = Buffer.from(encoded, 'base64').subarray(1);
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
  const object = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return verify(
    null,
    Buffer.from(note.slice(0, end + 1)),
    object,
    Buffer.from(signature, 'base64').subarray(4),
  );
}

function nodeOf(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(1), left, right]), 'buffer');
}

/** RFC 9162, 2.1.4.2. */
function continues(older: Tree, { tree: newer, proof }: Asked): boolean {
  if (older.size === newer.size) return proof.length === 0 && older.root.equals(newer.root);
  if (older.size === 0) return proof.length === 0;
  const isPower = (older.size & (older.size - 1)) === 0;
  const [start, ...steps] = isPower ? [older.root, ...proof] : proof;
  if (start === undefined) return false;
  let [fn, sn, fr, sr] = [older.size - 1, newer.size - 1, start, start];
  for (; fn % 2 === 1; fn >>= 1) sn >>= 1;
  for (const step of steps) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [nodeOf(step, fr), nodeOf(step, sr)];
      for (; fn % 2 === 0 && fn !== 0; fn >>= 1) sn >>= 1;
    } else sr = nodeOf(sr, step);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return fr.equals(older.root) && sr.equals(newer.root) && sn === 0;
}
