// What the form of a secret says, and how its value is sealed: the page's script and the hub read the same fields in the same way,
// because the value is bound to what they say. Pure but for the key of each message.
import { sealMessage } from './hpke.ts';

/** The fields beside the value. */
const FIELDS = ['key', 'description', 'way', 'hosts', 'place', 'expiresAt', 'overlap'] as const;

/** What is said of a secret beside its value, as the API names it. */
export interface SecretWish {
  readonly key: string;
  readonly description?: string;
  readonly way?: string;
  readonly hosts?: readonly string[];
  readonly place?: string;
  readonly expiresAt?: string;
  readonly overlapSeconds?: number;
}

/** To which key of the vault the value is sealed, and for which Space. */
export interface FormKey {
  readonly id: string;
  readonly publicKey: string;
  readonly space: string;
}

/** The fields as they were typed, without what surrounds them. */
export function typedOf(field: (name: string) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(FIELDS.map((name) => [name, field(name).trim()]));
}

/** What was filled in, as the API names it; what was left empty is left to the vault. */
export function wishOf({
  key = '',
  overlap = '',
  hosts = '',
  ...texts
}: Readonly<Record<string, string>>): SecretWish {
  const named = hosts.split(/[\s,]+/).filter((host) => host !== '');
  const filled = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
  return {
    key,
    ...filled,
    ...(named.length > 0 && { hosts: named }),
    ...(/^[1-9]\d{0,6}$/.test(overlap) && { overlapSeconds: Number(overlap) }),
  };
}

/** Seals a value, bound to what is said beside it. Base64url, as the form carries it. */
export async function sealValue(
  value: Uint8Array<ArrayBuffer>,
  wish: SecretWish,
  { publicKey, space }: Pick<FormKey, 'publicKey' | 'space'>,
): Promise<string> {
  const { key, way = '', hosts = [], place = '', expiresAt = '', overlapSeconds = 0 } = wish;
  const about = JSON.stringify(['holdfast secret', space, key, way, hosts, place, expiresAt, overlapSeconds]);
  const sealed = await sealMessage(bytesOf(publicKey), {
    plaintext: value,
    purpose: new TextEncoder().encode('holdfast secret form 1'),
    about: new TextEncoder().encode(about),
  });
  return textOf(sealed);
}

// What browsers lack until they have `Uint8Array.fromBase64`.
function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function textOf(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
