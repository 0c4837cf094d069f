#!/usr/bin/env node
// Checks, offline, what `./holdfast ledger` wrote: exports, checkpoints and proofs. No dependencies, and nothing of the
// product's own code, so that it can be read in an hour and kept apart from what it judges. README.md tells more.
//   node verify.mjs [--compare] FILE… [--key KEY] [--signed SIZE:ROOT] [--name NAME] [--witness KEY]… [--least N] [--json]
import { createHash, createPublicKey, hash, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
const [ZERO, GENESIS, HEX] = [Buffer.alloc(32), '0'.repeat(64), /^[0-9a-f]{64}$/];
const NO_HEAD = { n: 0, digest: ZERO };
const sha256 = (...parts) => hash('sha256', parts.length === 1 ? parts[0] : Buffer.concat(parts), 'buffer');
const node = (left, right) => sha256(Buffer.from([1]), left, right); // RFC 6962, 2.1
const half = (n) => Math.floor(n / 2);
const base64 = (text) => Buffer.from(String(text), 'base64');
/** Fields one after the other, each behind its length in four bytes. */
function framed(fields) {
  const bytes = Buffer.allocUnsafe(fields.reduce((sum, field) => sum + 4 + Buffer.byteLength(field), 0));
  let at = 0;
  for (const field of fields) {
    const length = bytes.write(field, at + 4);
    at = bytes.writeUInt32BE(length, at) + length;
  }
  return bytes;
}
const NAMES = 'writer lane n previous at kind subject subjectN subjectPrevious actor credential body';
const FIELDS = NAMES.split(' ');
const digestOf = (e) =>
  hash('sha256', framed(['holdfast/ledger-entry/v1', ...FIELDS.map((name) => String(e[name]))]), 'hex');
const leafOf = (e) => sha256(Buffer.from([0]), framed(['holdfast/ledger-leaf/v1', e.hash, String(e.xid)]));
const chainKey = (relation, name) => sha256(framed(['holdfast/ledger-chain/v1', relation, name]));
const link = (head, digest) => sha256(framed(['holdfast/ledger-link/v1', head.toString('hex'), digest]));
const chainsOf = (e) => [['to', e.subject], ...(e.credential === '' ? [] : [['by', e.credential]])];
/** Kind 1 is Ed25519 over a note, kind 4 over a note and a time: C2SP's tlog-cosignature. */
function parseKey(text, kind = 1) {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\s*$/.exec(String(text)) ?? [];
  const bytes = base64(encoded ?? '');
  const digest = sha256(Buffer.from(`${name}\n`), bytes).subarray(0, 4);
  if (bytes.length !== 33 || bytes[0] !== kind || digest.toString('hex') !== id) return undefined;
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
  const object = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return { name, id: digest, hex: der.toString('hex'), object };
}
/** A note's text, and what stands in its signatures by this key: anybody may have put a false one before a true one. */
function signaturesIn(note, key) {
  const [, text, lines = ''] = /^([^]*\n)\n([^]*\n)$/.exec(note) ?? [];
  const all = [...lines.matchAll(/^— (\S+) (\S+)$/gm)].map(([, name, encoded]) => [name, base64(encoded)]);
  const own = all.filter(([name, bytes]) => name === key.name && bytes.subarray(0, 4).equals(key.id));
  return [text, ...own.map(([, bytes]) => bytes.subarray(4))];
}
/** Whether a witness signed this checkpoint, and a time. What it made sure of before, it alone knows. */
function isCosigned(note, key) {
  const [text, ...signatures] = signaturesIn(note, key);
  return signatures.some((signature) => {
    if (signature.length !== 72) return false;
    const said = `cosignature/v1\ntime ${signature.readBigUInt64BE()}\n${text}`;
    return verify(null, Buffer.from(said), key.object, signature.subarray(8));
  });
}
const CHECKPOINT =
  /^(?<origin>[^\n]+)\n(?<size>0|[1-9]\d*)\n(?<root>\S{44})\nheads (?<heads>\S{44})\n(cut (?<cut>[1-9]\d*) (?<lanes>\S{44})\n)?time (?<time>\S+)\n$/;
function openCheckpoint(note, key) {
  const [text, signature] = signaturesIn(note, key);
  if (!signature || !verify(null, Buffer.from(text), key.object, signature)) return undefined;
  const said = CHECKPOINT.exec(text)?.groups;
  if (said?.origin !== key.name && !said?.origin.startsWith(`${key.name}/`)) return undefined;
  const [size, cut] = [Number(said.size), Number(said.cut ?? 0)];
  return { ...said, size, cut, root: base64(said.root), heads: base64(said.heads), note };
}
/** So many witnesses must have signed a note on which something rests. One key under several names is one witness. */
function askWitnesses(checkpoint, { witnesses, least }, problem, where = 'the last checkpoint') {
  const signed = witnesses.filter((one) => checkpoint && isCosigned(checkpoint.note, one));
  const { size } = new Set(signed.map(({ hex }) => hex));
  if (size < least) problem(`has ${size} of ${least} cosignatures`, where);
}
const bit = (key, depth) => (key[depth >> 3] >> (7 - (depth & 7))) & 1;
const above = (left, right) => sha256(Buffer.from([3]), left, right);
const uint64 = (n) => Buffer.from(BigInt(n).toString(16).padStart(16, '0'), 'hex');
const mapLeaf = (key, head) => sha256(Buffer.from([2]), key, uint64(head.n), head.digest);
/** The root over sorted [key, head]: nothing is zeros, one is its leaf, more are divided by the next bit of the key. */
function mapRoot(heads, depth = 0, from = 0, to = heads.length) {
  if (from === to) return ZERO;
  if (to - from === 1) return mapLeaf(...heads[from]);
  let middle = from;
  while (middle < to && bit(heads[middle][0], depth) === 0) middle += 1;
  return above(mapRoot(heads, depth + 1, from, middle), mapRoot(heads, depth + 1, middle, to));
}
const laneOf = (e) => `${e.lane} ${e.writer}`;
const isLongBefore = (at, before) => Date.parse(at) < Date.parse(before) - 600_000; // a clock set back, a long transaction
const isLongEnough = (cut, now) => Date.parse(cut?.time) <= Date.parse(now?.time) - 30 * 86_400_000;
/** Where in its journal the vault says an act to be. */
function journalIn(body) {
  try {
    const { of, n, after, recorded } = JSON.parse(body.startsWith('{') ? body : '').journal ?? {};
    return { of: of && String(of), n: Number(n), after: Number(after), recorded: Number(recorded) };
  } catch {}
}
class Ledger {
  roots = new Map([[0, sha256('')]]);
  digest = createHash('sha256').update(framed(['holdfast/ledger-cut/v1']));
  constructor(key, wanted, problems) {
    Object.assign(this, { key, wanted, problems, size: 0, cut: 0, waiting: 0, subtrees: [], notes: [] });
    Object.assign(this, { heads: new Map(), lanes: new Map(), acts: {}, begun: {} });
  }
  must(holds, what, where = `entry ${this.size}`) {
    if (!holds) this.problems.push({ where, what });
  }
  /** Takes a leaf in: of the tree the roots of the whole subtrees from the left are kept, which give its own. */
  #push(leaf) {
    let root = leaf;
    for (let n = this.size; n % 2 === 1; n = (n - 1) / 2) root = node(this.subtrees.pop(), root);
    this.subtrees.push(root);
    this.size += 1;
    if (this.wanted.has(this.size)) this.roots.set(this.size, this.#root());
  }
  #root() {
    return this.size === 0 ? sha256('') : this.subtrees.reduceRight((right, left) => node(left, right));
  }
  take(line) {
    if (line.type === 'entry') this.#entry(line);
    else if (line.type === 'checkpoint') this.#checkpoint(line.note);
    else if (line.type === 'unordered') this.#unordered(line);
    else if (['tile', 'cut', 'lane', 'head'].includes(line.type)) this.#beforeCut(line);
    else if (line.type === 'end') this.ended = true;
    else {
      const gone = `was deleted: number ${line.n} of lane ${line.lane} of ${line.writer}`;
      this.must(false, line.type === 'gone' ? gone : `is not there, but ${line.type}`);
      this.#push(ZERO); // no root from here on will be the signed one
    }
  }
  /** Of what is cut off: its leaves, and where all stood there. The heads are in its checkpoint, the lanes in the last one. */
  #beforeCut(line) {
    const isFirst = !this.cut && !this.lanes.size && (line.type === 'tile' || line.size === this.size);
    const isPlace = ['tile', 'cut'].includes(line.type) ? isFirst : this.cut > 0 && this.notes.length === 0;
    this.must(isPlace, `has a ${line.type} in the midst`);
    if (line.type === 'tile') {
      const hashes = base64(line.hashes);
      for (let at = 0; at < hashes.length; at += 32) this.#push(hashes.subarray(at, at + 32));
    } else if (line.type === 'cut') this.cut = line.size;
    else if (line.type === 'head')
      this.heads.set(`${line.relation} ${line.name}`, { ...line, digest: Buffer.from(line.digest, 'hex') });
    else {
      this.lanes.set(laneOf(line), line);
      this.digest.update(framed([line.writer, line.lane, line.n, line.hash].map(String)));
    }
  }
  #entry(e) {
    this.must(e.index === this.size, `stands where entry ${e.index} is said to be`);
    this.must(digestOf(e) === e.hash, 'was altered: its digest is another one');
    const lane = this.#endOf(e);
    this.must(e.n === lane.n + 1, `is number ${e.n} of its lane, after ${lane.n}: some were deleted`);
    this.must(e.n !== lane.n + 1 || e.previous === lane.hash, 'does not continue its lane');
    this.must(!isLongBefore(e.at, lane.at), `says ${e.at}, and the one before it ${lane.at}`);
    const signed = this.notes.at(-1)?.time;
    this.must(!isLongBefore(e.at, signed), `says ${e.at}, and came after the checkpoint of ${signed}`);
    // Of what is before the cut only the number is known.
    const { n, last = e.subjectPrevious } = this.heads.get(`to ${e.subject}`) ?? { n: 0, last: GENESIS };
    const isNext = e.subjectN === n + 1 && e.subjectPrevious === last;
    this.must(isNext || !(e.subjectN > 0), `does not continue number ${n} of ${e.subject}`);
    this.#keep(e);
    for (const [relation, name] of chainsOf(e)) {
      const head = this.heads.get(`${relation} ${name}`) ?? { ...NO_HEAD, relation, name };
      const digest = link(head.digest, e.hash);
      this.heads.set(`${relation} ${name}`, { ...head, n: head.n + 1, digest, last: e.hash });
    }
    this.#push(leafOf(e));
  }
  #endOf = (e) => this.lanes.get(laneOf(e)) ?? { n: 0, hash: GENESIS };
  /** Ends its lane. Of the vault's acts each says how many before it, of one run of its process, stand on the ledger. */
  #keep(e, where) {
    this.lanes.set(laneOf(e), e);
    const journal = e.kind.startsWith('secret.') ? journalIn(e.body) : {};
    this.must(journal, 'says nothing that can be read', where);
    const { of, n, after, recorded } = journal ?? {};
    if (of === undefined || !(after >= (this.begun[of] ??= this.cut && n))) return; // some may be cut off
    const acts = (this.acts[`${of} ${after}`] ??= new Map());
    this.must((acts.get(n) ?? e).xid === e.xid, `has number ${n} of the vault's journal, as another act has`);
    acts.set(n, { n, recorded, xid: e.xid });
  }
  #checkpoint(note) {
    const checkpoint = openCheckpoint(note, this.key);
    const where = `checkpoint ${checkpoint?.size}`;
    if (checkpoint === undefined) return this.must(false, 'is not signed by the key', 'a checkpoint');
    this.must(checkpoint.size === this.size, `stands after ${this.size} entries`, where);
    this.must(checkpoint.root.equals(this.#root()), 'is of other entries than those before it', where);
    this.must(!(checkpoint.time < this.notes.at(-1)?.time), 'was signed before the one before it', where);
    this.notes.push(checkpoint);
  }
  // What waits for the notary continues its lane; anything else was put in behind its back.
  #unordered(e) {
    const end = this.#endOf(e);
    const holds = e.n === end.n + 1 && e.previous === end.hash && digestOf(e) === e.hash;
    const where = `number ${e.n} of lane ${e.lane} of ${e.writer}`;
    this.must(holds, 'is not in the tree, and nobody recorded it: it was put in', where);
    if (holds) this.#keep(e, where);
    this.waiting += 1;
  }
  finish(signed) {
    const [size, last] = [this.size, this.notes.at(-1)];
    const must = (holds, what) => this.must(holds, what, 'the file');
    must(this.ended === true, 'was cut off');
    must((last?.size ?? 0) === size, `goes on after its last checkpoint, at ${last?.size ?? 0}`);
    const heads = [...this.heads.values()].map((head) => [chainKey(head.relation, head.name), head]);
    const map = mapRoot(heads.sort(([a], [b]) => Buffer.compare(a, b)));
    must(last?.size !== size || map.equals(last.heads), 'has chains of other heads');
    must((last?.cut ?? 0) === this.cut, `is cut at ${this.cut}, and ${last?.cut} was signed`);
    must(!this.cut || isLongEnough(this.notes[0], last), 'cuts off what is younger than 30 days');
    must(last?.lanes === (this.cut ? this.digest.digest('base64') : undefined), 'has other lanes at the cut');
    for (const acts of Object.values(this.acts)) {
      const sorted = [...acts.values()].sort((a, b) => a.n - b.n);
      const at = sorted.findIndex(({ recorded }, before) => recorded > before);
      const says = `number ${sorted[at]?.n} of the vault's journal says that ${sorted[at]?.recorded} before it`;
      must(at === -1, `lacks acts of the vault: ${says} were recorded, and ${at} are here`);
    }
    if (signed === undefined) return;
    const root = this.roots.get(signed.size);
    must(root !== undefined, `ends before the ${signed.size} that were signed`);
    must(root?.equals(signed.root) !== false, `has others than the ${signed.size} signed`);
  }
}
/** RFC 9162, 2.1.3.2 and 2.1.4.2: the roots that a path leads to, of the tree up to here and of the whole one. */
function climb(edge, leaf, path) {
  let [at, last, first, second] = [...edge, leaf, leaf];
  for (const beside of path) {
    if (last === 0) return [];
    if (at % 2 === 1 || at === last) {
      [first, second] = [node(beside, first), node(beside, second)];
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else second = node(second, beside);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? [first, second] : [];
}
function isConsistent(older, newer, path) {
  if (older.size === newer.size) return path.length === 0 && older.root.equals(newer.root);
  if (older.size === 0) return path.length === 0;
  if (older.size > newer.size || path.length === 0) return false;
  const isPower = 2 ** Math.round(Math.log2(older.size)) === older.size;
  const [start, ...steps] = isPower ? [older.root, ...path] : path;
  let [at, last] = [older.size - 1, newer.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  const [first, second] = climb([at, last], start, steps);
  return first !== undefined && first.equals(older.root) && second.equals(newer.root);
}
/** The head that the way to a key leads to in a signed map. It is written one way: a key in capitals would be another's. */
function headIn(key, { end, beside }, { heads }) {
  const isNumber = end === null || (Number.isSafeInteger(end.n) && end.n > 0);
  if (!isNumber || (end !== null && !(HEX.test(end.key) && HEX.test(end.digest)))) return undefined;
  const leaf = end && { key: Buffer.from(end.key, 'hex'), n: end.n, digest: Buffer.from(end.digest, 'hex') };
  const isOnWay = (_, at) => at < 256 && (leaf === null || bit(leaf.key, at) === bit(key, at));
  const join = (below, other, at) => (bit(key, at) === 0 ? above(below, other) : above(other, below));
  const root = beside.map(base64).reduceRight(join, leaf === null ? ZERO : mapLeaf(leaf.key, leaf));
  if (!beside.every(isOnWay) || !root.equals(heads)) return undefined;
  return leaf?.key.equals(key) ? leaf : NO_HEAD;
}
function checkChain({ relation, name, start: before, entries, ...way }, { checkpoint, cut }, problem) {
  const [key, said] = [chainKey(relation, name), `${relation} ${name}`];
  const head = headIn(key, way, checkpoint);
  const start = cut === undefined ? NO_HEAD : before && headIn(key, before, cut);
  if (!head || !start) return problem('its head is not in the checkpoint, or not in that of the cut', said);
  const count = head.n - start.n;
  if (entries === null && count > 10_000) return; // of a longer chain only the head is shown
  if (!Array.isArray(entries)) return problem(`its ${count} entries are not shown`, said);
  let { digest } = start;
  for (const e of entries) {
    if (digestOf(e) !== e.hash) problem('an entry was altered', said);
    if (!chainsOf(e).some(([r, n]) => r === relation && n === name)) problem('an entry is of another', said);
    digest = link(digest, e.hash);
  }
  if (entries.length !== count || !digest.equals(head.digest))
    problem(`${entries.length} entries are shown; the checkpoint commits to ${count}, or to others`, said);
}
/** The newer side must be signed, by witnesses as well; the older one, which is in it, unless the caller says what it was. */
function checkConsistency({ older, newer, path }, { key, signed, ...policy }, problem) {
  const [first, second] = [older, newer].map(({ note }) => openCheckpoint(String(note), key));
  const says = (side, said) => said?.size === side.size && said.root.equals(base64(side.root));
  const why = (older.note ?? signed) ? 'is not what was signed' : 'was not kept; name SIZE:ROOT';
  const isOlder = says(older, older.note === null ? signed : first) && (!signed || says(older, signed));
  if (!isOlder) problem(why, `checkpoint ${older.size}`);
  if (!says(newer, second)) problem('is not what the key signed', `checkpoint ${newer.size}`);
  else if (first !== undefined && first.origin !== second.origin)
    problem(`is of ${first.origin}, and the newer one of ${second.origin}`, `checkpoint ${older.size}`);
  askWitnesses(second, policy, problem);
  const [from, to] = [older, newer].map(({ size, root }) => ({ size, root: base64(root) }));
  if (!isConsistent(from, to, path.map(base64))) problem('does not continue the older', 'the newer tree');
  return `the first ${older.size} of ${newer.size} entries of ${second?.origin} are the same`;
}
function checkProof(proof, known, problem) {
  if (proof.type === 'holdfast-ledger-consistency') return checkConsistency(proof, known, problem);
  const checkpoint = openCheckpoint(String(proof.note), known.key);
  askWitnesses(checkpoint, known, problem);
  if (checkpoint === undefined) return void problem('the checkpoint is not signed by the key', 'proof');
  if (proof.type === 'holdfast-ledger-entry') {
    const { entry, index, path } = proof;
    if (digestOf(entry) !== entry.hash) problem('was altered', `entry ${index}`);
    const isPlace = index >= 0 && index < checkpoint.size;
    const [, root] = isPlace ? climb([index, checkpoint.size - 1], leafOf(entry), path.map(base64)) : [];
    if (!root?.equals(checkpoint.root)) problem('is not in the signed tree', `entry ${index}`);
    return `entry ${index} is one of ${checkpoint.size} signed at ${checkpoint.time}`;
  }
  if (proof.type !== 'holdfast-ledger-chains')
    return void problem(`is of unknown type ${proof.type}`, 'the file');
  const of = known.name ?? proof.chains[0]?.name;
  const shown = JSON.stringify(proof.chains.map((chain) => [chain.relation, chain.name]));
  if (shown !== JSON.stringify(['to', 'by'].map((relation) => [relation, of])))
    problem(`shows not what happened to ${of} and what was done by it, but ${shown}`, 'proof');
  const cut = checkpoint.cut === 0 ? undefined : openCheckpoint(String(proof.cut), known.key);
  if (checkpoint.cut !== (cut?.size ?? 0)) problem('the checkpoint of the cut is not there', 'proof');
  // The heads that it says are in no tree: without it nobody else saw where the chains begin.
  else if (cut !== undefined) askWitnesses(cut, known, problem, 'the checkpoint of the cut');
  if (cut && !isLongEnough(cut, checkpoint)) problem('cuts off what is younger than 30 days', 'proof');
  for (const chain of proof.chains) checkChain(chain, { checkpoint, cut }, problem);
  const counts = proof.chains.map((chain) => `${chain.entries?.length ?? 'many'} ${chain.relation}`);
  return `entries up to ${checkpoint.time}, for ${of}: ${counts.join(', ')}`;
}
async function checkFile(file, { key: given, signed, wanted = [], ...known }) {
  const [title, input] = file === '-' ? ['standard input', process.stdin] : [file, createReadStream(file)];
  const result = { file: title, pinned: given !== undefined, problems: [], notes: [], roots: new Map() };
  const problem = (what, where) => void result.problems.push({ where, what });
  let [ledger, key, text] = [undefined, given, ''];
  for await (const line of createInterface({ input })) {
    if (ledger !== undefined) ledger.take(JSON.parse(line));
    else if (text !== '' || !line.startsWith('{')) text += `${line}\n`;
    else {
      const first = JSON.parse(line);
      key ??= parseKey(first.key);
      if (key === undefined) throw new Error(`${file} names no key: give it with --key`);
      if (first.type !== 'holdfast-ledger-export')
        result.shows = checkProof(first, { key, signed, ...known }, problem);
      else ledger = new Ledger(key, new Set([...wanted, signed?.size]), result.problems);
    }
  }
  if (text !== '') {
    if (key === undefined) throw new Error(`${file} is a bare checkpoint: give the key with --key`);
    const checkpoint = openCheckpoint(text, key);
    if (checkpoint === undefined) problem('is not signed by the key', 'checkpoint');
    else result.notes.push(checkpoint);
    result.shows = `a checkpoint of ${checkpoint?.size} entries, signed at ${checkpoint?.time}`;
  }
  if (ledger !== undefined) {
    ledger.finish(signed);
    const { size, notes, heads, waiting, roots } = ledger;
    const shows = `${size} entries under ${notes.length} checkpoints, ${heads.size} chains, ${waiting} waiting`;
    // Every entry is in the chains that it belongs to, and the signed map has no others: so none is none.
    const [to, by] = ['to', 'by'].map((relation) => heads.get(`${relation} ${known.name}`)?.n ?? 0);
    const of = known.name === undefined ? '' : `; for ${known.name}: ${to} to, ${by} by`;
    Object.assign(result, { shows: shows + of, entries: size, time: notes.at(-1)?.time, notes, roots });
  }
  if (text !== '' || ledger !== undefined) askWitnesses(result.notes.at(-1), known, problem); // it commits to all before
  if (!result.shows && result.problems.length === 0) problem('holds nothing to check', 'the file');
  return result;
}
/** Two views of one log must agree wherever both say something: else different people were shown different pasts. */
async function compare(first, options) {
  const notes = first.flatMap(({ file, notes: own }) => own.map((note) => ({ file, ...note })));
  const wanted = new Set(notes.map(({ size }) => size));
  const origins = [...new Set(first.map(({ notes: own }) => own.at(-1)?.origin ?? 'no log'))];
  for (const { file, entries, notes: own, problems } of first) {
    const roots = entries === undefined ? undefined : (await checkFile(file, { ...options, wanted })).roots;
    for (const { file: other, size, origin, root } of notes) {
      const note = own.find((one) => one.size === size && one.origin === origin);
      const what = `split view: ${other} has another tree of ${size} entries under ${origin}`;
      const found = roots === undefined ? note?.root : roots.get(size);
      if (found?.equals(root) === false) problems.push({ where: `checkpoint ${size}`, what });
    }
    const what = `is of ${own.at(-1)?.origin ?? 'no log'}; compared are ${origins.join(' and ')}`;
    if (origins.length > 1) problems.push({ where: 'the file', what });
  }
}
async function main(args) {
  const [one, many, flag] = [{ type: 'string' }, { type: 'string', multiple: true }, { type: 'boolean' }];
  const options = { key: one, signed: one, name: one, witness: many, least: one, compare: flag, json: flag };
  const { values, positionals: files } = parseArgs({ args, allowPositionals: true, options });
  if (files.length < (values.compare ? 2 : 1)) throw new Error('name the files (--compare: at least two)');
  const key = values.key === undefined ? undefined : parseKey(values.key);
  if (values.key !== undefined && key === undefined) throw new Error('--key is no key of a notary');
  const [, size, root] = /^(\d{1,15}):(\S{44})$/.exec(values.signed ?? '') ?? [];
  if (values.signed !== undefined && size === undefined) throw new Error('--signed is not SIZE:ROOT');
  const signed = size === undefined ? undefined : { size: Number(size), root: base64(root) };
  const witnesses = (values.witness ?? []).map((text) => parseKey(text, 4));
  if (witnesses.includes(undefined)) throw new Error('--witness is no key of a witness');
  const [all, least] = [witnesses.length, Number(values.least ?? witnesses.length)];
  if (!Number.isInteger(least) || least > all || least < Math.min(all, 1))
    throw new Error('--least is no number from 1 to that of the witnesses');
  const known = { key, signed, name: values.name, witnesses, least };
  const results = await Array.fromAsync(files, async (file) => await checkFile(file, known));
  if (values.compare) await compare(results, known);
  for (const { notes: _notes, roots: _roots, ...result } of results) {
    const ok = result.problems.length === 0;
    const trust = result.pinned ? [] : ['believed the key in the file; --key pins one'];
    const details = [...trust, ...result.problems.map(({ where, what }) => `${where}: ${what}`)];
    const lines = [`${ok ? 'holds' : 'DOES NOT HOLD'}  ${result.file}: ${result.shows}`, ...details];
    console.log(values.json ? JSON.stringify({ ok, ...result }) : lines.join('\n       '));
  }
  return results.every(({ problems }) => problems.length === 0) ? 0 : 1;
}
process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
  return 2;
});
