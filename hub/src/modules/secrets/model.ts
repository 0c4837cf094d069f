// What the hub knows of secrets of Spaces: all but their values.
import { type Id } from '@holdfast/kernel/id';

/** How a secret reaches an app. */
export type SecretWay = 'brokered' | 'file' | 'variable';

/**
 * Why it reaches the app so. `hosts-needed`: its provider is recognised, and where its keys go is told by no key; with hosts it
 * would be brokered. `not-brokerable`: no door can put such a key into a request.
 */
export type WayReason =
  'recognised' | 'hosts-given' | 'asked' | 'not-recognised' | 'hosts-needed' | 'not-brokerable';

/**
 * Where the value was sealed for the vault: in the browser, so that nobody on the way had it, or here, where it came as it was sent.
 */
export type SealedIn = 'browser' | 'hub';

/** A secret as people may know it. */
export interface SecretFacts {
  /** Of this version, as its entries in the ledger have it. */
  readonly id: Id;
  readonly name: string;
  /** Counts the values that this name has had. */
  readonly version: number;
  readonly way: SecretWay;
  readonly because: WayReason;
  /** Where a brokered one may go. */
  readonly hosts: readonly string[];
  readonly provider: string | null;
  readonly description: string;
  readonly updatedAt: Date;
  readonly sealedIn: SealedIn;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** When it was first seen in an answer, so that the app has it; `null`: it was not. */
  readonly echoedAt: Date | null;
  readonly uses: number;
}

/** Who does it, as the ledger names them. */
export interface SecretAuthor {
  readonly actor: string;
  readonly credential: string;
}

/**
 * Why the vault did not do it. `gone`: nobody is there any more; `silent`: nothing was said in time; `unsure`: an error came between.
 * With these three it may have been done.
 */
export type VaultProblem =
  | 'invalid'
  | 'missing'
  | 'too-many'
  | 'not-opened'
  | 'taken'
  | 'sealed'
  | 'failed'
  | 'unsure'
  | 'absent'
  | 'gone'
  | 'silent';

/** What the vault answers. */
export type VaultAnswer =
  | { readonly kind: 'done'; readonly secrets: readonly SecretFacts[]; readonly overlapSeconds: number }
  | { readonly kind: 'refused'; readonly problem: VaultProblem; readonly message: string };

/** The key of the vault to which a page seals a value, and which one it is. */
export interface FormKey {
  readonly id: string;
  /** An uncompressed point of P-256, as base64url. */
  readonly publicKey: string;
}

/** The key, or why there is none. */
export type FormKeyAnswer =
  { readonly kind: 'key'; readonly key: FormKey } | Extract<VaultAnswer, { readonly kind: 'refused' }>;

/** A secret that is to be set. Nothing but the link looks at the body. */
export interface SecretWrite {
  readonly space: Id;
  /** The request's body as it came. */
  readonly body: Uint8Array;
  readonly by: SecretAuthor;
  /** Names that it may not have. */
  readonly taken: readonly string[];
}

/** How the vault is: open, closed by the operator or by what it found, or not there. */
export interface VaultStanding {
  readonly state: 'open' | 'sealed' | 'absent';
  /** Why it is sealed; empty where it is not. */
  readonly why: string;
}

/** The way to the vault. Each answer comes within seconds. */
export interface VaultLink {
  standing(): Promise<VaultStanding>;
  formKey(): Promise<FormKeyAnswer>;
  write(write: SecretWrite): Promise<VaultAnswer>;
  list(space: Id): Promise<VaultAnswer>;
  delete(space: Id, name: string, by: SecretAuthor): Promise<VaultAnswer>;
  /** Has all that belongs to a Space be gone for good. */
  forget(space: Id, by: SecretAuthor): Promise<VaultAnswer>;
}
