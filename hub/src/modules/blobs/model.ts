// What a large object of a repository is, and how it is to be uploaded. Pure.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';

/** An object by what it contains: its digest and its size in bytes. */
export interface BlobName {
  readonly sha256: Sha256;
  readonly size: number;
}

/** The file of a scope that an object is made of, by the hash that its chunks give it (Xet). */
export interface XetName {
  readonly scopeId: Id;
  /** 64 lower-case hex digits. */
  readonly hash: string;
}

/** An object that a repository holds. */
export interface Blob extends BlobName {
  readonly repoId: Id;
  /** Absent where the object store has the bytes as they are. */
  readonly xet: XetName | undefined;
  readonly pushedAt: Date;
  readonly pusherId: Id | null;
  /** Where a commit put it last, or `null` while none did. */
  readonly path: string | null;
  readonly ref: string | null;
}

/** An upload in parts that is under way. */
export interface UploadSession extends BlobName {
  readonly id: Id;
  readonly repoId: Id;
  readonly partSize: number;
  /** The object store's own name for it. */
  readonly partsId: string;
  readonly expiresAt: Date;
}

/** How the objects of one batch come in: each whole, each in parts, or as chunks. */
export type Transfer = 'basic' | 'multipart' | 'xet';

/** How an object that a sender announced is to come in. */
export type UploadPlan =
  | { readonly way: 'stored' }
  | { readonly way: 'too-large'; readonly limit: number }
  | { readonly way: 'size-differs'; readonly stored: number }
  | { readonly way: 'whole' }
  | { readonly way: 'parts'; readonly partSize: number };

/** What the plans of one batch depend on. Sizes are bytes. */
export interface UploadRules {
  readonly largest: number;
  /** Usual size of a part. */
  readonly part: number;
  /** Whether the sender can send parts. */
  readonly partsOffered: boolean;
}

/** Parts pay off only above this many of them. */
const FEWEST_PARTS = 4;
/** Each part is a signed link in the answer and a marker in the store. */
const MOST_PARTS = 1_000;
/** Of all objects of a batch: a thousand of a thousand parts each would be a gigabyte of links. */
const MOST_PARTS_OF_BATCH = 10_000;

/**
 * How each object of a batch is to come in. `stored` holds what the repository itself has: bytes that another
 * repository holds must be sent again, or naming a digest would give (and betray) another's object.
 * One batch has one way of transfer, so a single large object makes the others come in parts too.
 */
export function planUploads(
  wishes: readonly BlobName[],
  stored: ReadonlyMap<Sha256, BlobName>,
  rules: UploadRules,
): readonly UploadPlan[] {
  const plans = wishes.map((wish) => planOne(wish, stored.get(wish.sha256), rules));
  const inParts = rules.partsOffered && plans.some((plan, index) => isLarge(plan, wishes[index], rules));
  if (!inParts) return plans;
  const sizes = plans.map((plan, index) => (plan.way === 'whole' ? (wishes[index]?.size ?? 0) : 0));
  const most = mostPartsOf(sizes, rules.part);
  return plans.map((plan, index) => {
    const size = sizes[index] ?? 0;
    return size > 0 ? { way: 'parts', partSize: partSizeFor(size, rules.part, most) } : plan;
  });
}

/** How many parts each of these objects may have: fewer and larger ones where together they would have too many. */
function mostPartsOf(sizes: readonly number[], usual: number): number {
  const inParts = sizes.filter((size) => size > 0);
  const sum = inParts.reduce((parts, size) => parts + Math.ceil(size / partSizeFor(size, usual)), 0);
  if (sum <= MOST_PARTS_OF_BATCH) return MOST_PARTS;
  return Math.max(1, Math.floor(MOST_PARTS_OF_BATCH / inParts.length));
}

function planOne(wish: BlobName, before: BlobName | undefined, rules: UploadRules): UploadPlan {
  if (before !== undefined)
    return before.size === wish.size ? { way: 'stored' } : { way: 'size-differs', stored: before.size };
  return wish.size > rules.largest ? { way: 'too-large', limit: rules.largest } : { way: 'whole' };
}

function isLarge(plan: UploadPlan, wish: BlobName | undefined, rules: UploadRules): boolean {
  return plan.way === 'whole' && (wish?.size ?? 0) > FEWEST_PARTS * rules.part;
}

/** The size of each part but the last: the usual one, or more where there would be too many, in whole mebibytes. */
export function partSizeFor(size: number, usual: number, most = MOST_PARTS): number {
  const least = Math.ceil(size / most);
  return least <= usual ? usual : Math.ceil(least / MiB) * MiB;
}

/** How many bytes a part has, counted from 1; 0 for one that does not exist. */
export function partLength(size: number, partSize: number, part: number): number {
  return Math.max(0, Math.min(partSize, size - (part - 1) * partSize));
}
