// Reads what somebody wants of a secret, and decides how it is to reach the app. Pure.
import { createHash } from 'node:crypto';
import { type Place } from '@holdfast/kernel/brokering/place';
import { judgeBinding } from '@holdfast/kernel/brokering/binding';
import { BEARER } from '@holdfast/kernel/brokering/place';
import { judgeBrokeredValue } from '@holdfast/kernel/brokering/placeholder';
import { recogniseSecret, type Recognised } from '@holdfast/kernel/brokering/recognise';
import { type openFormValue, type SealedValue } from './form-keys.ts';
import { MOST_BYTES, NAME, type Version, type Way } from './model.ts';
import { type TakenValue } from './secret-store.ts';
import { readFlatObject, type FieldValue } from './write-body.ts';

/** A secret as it is to be kept. */
export interface SecretWish extends Pick<
  Version,
  'name' | 'way' | 'hosts' | 'places' | 'provider' | 'expiresAt' | 'description'
> {
  readonly value: Buffer;
  /** How long the version before may still be used, in seconds. */
  readonly overlapSeconds: number;
  /** Of a value that a browser sealed; `undefined`: it came through the hub. */
  readonly taken: TakenValue | undefined;
}

/** A wish that cannot be granted; the message says what to do, and quotes no value. */
export class WishProblem extends Error {}

const MOST_DESCRIPTION = 1_000;
const MOST_OVERLAP = 7 * 24 * 3_600;
/** Set by the sandbox itself, or read by the loader before the app is: a secret there would not be what it seems. */
const TAKEN =
  /^(?:PATH|HOME|USER|LD_.*|PYTHONPATH|VIRTUAL_ENV|(?:HTTPS?|ALL|NO)_PROXY|HF_ENDPOINT|SPACE_.*|.*_CA_BUNDLE|SSL_CERT_.*|NODE_EXTRA_CA_CERTS|GIT_SSL_CAINFO)$/i;

/** Opens a value that a browser sealed. Throws a `VaultRefusal`. */
export type Opening = (sealed: SealedValue) => ReturnType<typeof openFormValue>;

/** When it is wanted and for which Space, the names under which this hub is reached, and what opens a value. */
interface Circumstances {
  readonly now: Date;
  readonly ours: readonly string[];
  readonly space: string;
  readonly open: Opening;
}

/** Reads the body of a request. Throws a `WishProblem`, what opening throws, or a `SyntaxError` that quotes nothing. */
export async function readWish(body: Buffer, circumstances: Circumstances): Promise<SecretWish> {
  const fields = readFlatObject(body);
  try {
    const taken = await openValue(fields, circumstances);
    return { ...wishOf(fields, circumstances), taken };
  } catch (error) {
    // What was refused stays in no memory.
    for (const value of fields.values()) if (Buffer.isBuffer(value)) value.fill(0);
    throw error;
  }
}

/** Puts a value that a browser sealed where any other one is. */
async function openValue(
  fields: Map<string, FieldValue>,
  { space, open }: Circumstances,
): Promise<TakenValue | undefined> {
  const [text, by] = [textOf(fields, 'sealed'), textOf(fields, 'sealedBy')];
  if (text === undefined || by === undefined) return undefined;
  // Who had the value as well could say that nobody had it.
  if (fields.has('value')) throw new WishProblem('`value` and `sealed` are one or the other');
  const message = Buffer.from(text, 'base64url');
  const { value, day } = await open({ by, message, about: boundTextOf(fields, space) });
  fields.set('value', value);
  return { digest: createHash('sha256').update(message).digest('hex'), day };
}

/**
 * What a value is bound to when it is sealed, as the page writes it: whoever carries it moves it to no other Space, name, way, host
 * or place, and has it last no longer.
 */
function boundTextOf(fields: ReadonlyMap<string, FieldValue>, space: string): Buffer {
  const [key, way, place, expiresAt] = ['key', 'way', 'place', 'expiresAt'].map(
    (name) => textOf(fields, name) ?? '',
  );
  const hosts = fields.get('hosts') ?? [];
  if (!Array.isArray(hosts)) throw new WishProblem('`hosts` is a list of names of hosts');
  const named = hosts.map((host: Buffer) => host.toString('utf8'));
  const said = ['holdfast secret', space, key, way, named, place, expiresAt, overlapOf(fields)];
  return Buffer.from(JSON.stringify(said));
}

function wishOf(
  fields: ReadonlyMap<string, FieldValue>,
  { now, ours }: Circumstances,
): Omit<SecretWish, 'taken'> {
  const name = textOf(fields, 'key');
  if (name === undefined || !NAME.test(name))
    throw new WishProblem('`key` is a name of letters, digits and `_` that does not begin with a digit');
  if (TAKEN.test(name)) throw new WishProblem(`${name} is set by the hub, and cannot be a secret`);
  const value = fields.get('value');
  if (!Buffer.isBuffer(value) || value.length === 0)
    throw new WishProblem('`value` is missing or empty; to remove a secret, delete it');
  if (value.length > MOST_BYTES)
    throw new WishProblem(`the value has ${value.length} bytes, and a secret has at most ${MOST_BYTES}`);
  const description = textOf(fields, 'description') ?? '';
  if (description.length > MOST_DESCRIPTION)
    throw new WishProblem(`a description has at most ${MOST_DESCRIPTION} characters`);
  const binding = bindingOf(fields, { name, value, ours });
  // The path of the file would stand there, in place of what the hub sets.
  if (binding.way === 'file' && TAKEN.test(`${name}_FILE`))
    throw new WishProblem(`${name}_FILE is set by the hub; choose another name for the file`);
  return {
    ...{ name, value, description, expiresAt: expiryOf(fields, now) },
    overlapSeconds: overlapOf(fields),
    ...binding,
  };
}

type Binding = Pick<SecretWish, 'way' | 'hosts' | 'places' | 'provider'>;

interface Bound extends Pick<Circumstances, 'ours'> {
  readonly name: string;
  readonly value: Buffer;
}

function bindingOf(fields: ReadonlyMap<string, FieldValue>, { name, value, ours }: Bound): Binding {
  const way = wayOf(fields);
  const hosts = hostsOf(fields);
  const known = recogniseSecret(name, value);
  const isBrokered =
    way === 'brokered' || (way === undefined && (hosts !== undefined || isBrokerable(known, value)));
  if (isBrokered) return brokered(fields, { hosts, known, value, ours });
  if (hosts !== undefined)
    throw new WishProblem('`hosts` are for secrets that are brokered; leave them out, or `way`');
  if (way !== 'file' && value.includes(0))
    throw new WishProblem('the value has a zero byte, which no variable can hold; set `way` to `file`');
  return { way: way ?? 'variable', hosts: [], places: [], provider: known?.provider ?? null };
}

function isBrokerable(known: Recognised | undefined, value: Buffer): boolean {
  return (
    known !== undefined &&
    known.unbrokerable === undefined &&
    known.hosts.length > 0 &&
    judgeBrokeredValue(value) === undefined
  );
}

interface Brokered extends Pick<Circumstances, 'ours'> {
  readonly hosts: readonly string[] | undefined;
  readonly known: Recognised | undefined;
  readonly value: Buffer;
}

function brokered(fields: ReadonlyMap<string, FieldValue>, { hosts, known, value, ours }: Brokered): Binding {
  if (known?.unbrokerable !== undefined)
    throw new WishProblem(`a key of ${known.title} cannot be brokered: ${known.unbrokerable}`);
  const flaw = judgeBrokeredValue(value);
  if (flaw !== undefined) throw new WishProblem(`the value cannot be brokered: ${flaw}`);
  const place = textOf(fields, 'place');
  const places =
    place === undefined
      ? known !== undefined && known.places.length > 0
        ? known.places
        : [BEARER]
      : [parsePlace(place)];
  const wanted = hosts ?? known?.hosts ?? [];
  const problem = judgeBinding(wanted, places, ours);
  if (problem !== undefined)
    throw new WishProblem(`the secret cannot be brokered to ${problem.what}: ${problem.why}`);
  return { way: 'brokered', hosts: wanted, places, provider: known?.provider ?? null };
}

// `header:x-api-key`, `header:authorization:Token {}`, `query:key`, `basic:password`.
function parsePlace(text: string): Place {
  const [, where, name = '', template = '{}'] =
    /^(header|query|basic):([^:]{1,60})(?::(.{2,60}))?$/.exec(text) ?? [];
  if (where === 'header') return { in: 'header', name: name.toLowerCase(), template };
  if (where === 'query' && template === '{}') return { in: 'query', name };
  if (where === 'basic' && (name === 'user' || name === 'password')) return { in: 'basic', part: name };
  throw new WishProblem(
    '`place` is `header:NAME`, `header:NAME:TEMPLATE` with `{}` for the value, `query:NAME`, `basic:user` or `basic:password`',
  );
}

function wayOf(fields: ReadonlyMap<string, FieldValue>): Way | undefined {
  const way = textOf(fields, 'way');
  if (way === undefined || way === 'brokered' || way === 'file' || way === 'variable') return way;
  throw new WishProblem('`way` is `brokered`, `file` or `variable`');
}

function hostsOf(fields: ReadonlyMap<string, FieldValue>): readonly string[] | undefined {
  const hosts = fields.get('hosts') ?? undefined;
  if (hosts === undefined) return undefined;
  if (!Array.isArray(hosts) || hosts.length === 0)
    throw new WishProblem('`hosts` is a list of names of hosts');
  return hosts.map((host: Buffer) => host.toString('utf8').toLowerCase().replace(/\.$/, ''));
}

function expiryOf(fields: ReadonlyMap<string, FieldValue>, now: Date): Date | null {
  const text = textOf(fields, 'expiresAt');
  if (text === undefined) return null;
  const at = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.test(text) || Number.isNaN(at.getTime()))
    throw new WishProblem('`expiresAt` is a time such as 2027-01-31T12:00:00Z');
  if (at <= now) throw new WishProblem('`expiresAt` is in the past');
  return at;
}

function overlapOf(fields: ReadonlyMap<string, FieldValue>): number {
  const seconds = fields.get('overlapSeconds') ?? 0;
  if (typeof seconds !== 'number' || seconds < 0 || seconds > MOST_OVERLAP)
    throw new WishProblem(`\`overlapSeconds\` is a whole number up to ${MOST_OVERLAP}`);
  return seconds;
}

function textOf(fields: ReadonlyMap<string, FieldValue>, name: string): string | undefined {
  const value = fields.get(name) ?? undefined;
  if (value === undefined) return undefined;
  if (!Buffer.isBuffer(value)) throw new WishProblem(`\`${name}\` is a string`);
  return value.toString('utf8');
}
