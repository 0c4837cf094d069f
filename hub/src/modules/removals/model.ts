// Acts that take access away, as they are kept while the database is away. Pure.
import { z } from 'zod';
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Sha256 } from '@holdfast/kernel/digest';
import { ROLES } from '#modules/access';

/** The id of something, as a form that was written or sent has it. */
export const AnId = z.string().transform((text, at): Id => {
  const id = parseId(text);
  if (id === undefined) at.addIssue('no id');
  return id ?? z.NEVER;
});
const Digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as Sha256);

const Operator = z.strictObject({ osUser: z.string(), terminal: z.string(), command: z.string() });

/** What the operator may do to a user that takes something away. */
const USER_ACTS = ['disable', 'sign-out', 'demote'] as const;

const Act = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('token'), id: AnId, operator: Operator }),
  z.strictObject({ kind: z.literal('found'), digests: z.array(Digest).min(1), address: z.string() }),
  z.strictObject({ kind: z.literal('sign-out'), digest: Digest }),
  z.strictObject({ kind: z.literal('user'), act: z.enum(USER_ACTS), name: z.string(), operator: Operator }),
  z.strictObject({
    ...{ kind: z.literal('member'), org: z.string(), user: z.string(), operator: Operator },
    // The most that they may be from then on; `null` is no member.
    role: z.enum(ROLES).nullable(),
  }),
  z.strictObject({ kind: z.literal('space'), name: z.string(), operator: Operator }),
  z.strictObject({ kind: z.literal('reach'), org: z.string(), id: AnId, operator: Operator }),
]);

/**
 * What was asked for: a token that the operator revokes, tokens that somebody found, a session whose user signs out; and what
 * the operator takes from a user, a member, or a token that reaches an organisation, or from a Space, by its full name. None gives anything. Done twice, one takes
 * once more what was given back in between, which errs on the safe side. Who has a name only the database knows: names are
 * kept as they were typed.
 */
export type Removal = z.infer<typeof Act>;

/** A removal beside when it was taken. */
export interface TakenRemoval {
  readonly removal: Removal;
  readonly at: Date;
}

const Kept = z.strictObject({ at: z.iso.datetime(), removal: Act });

/** As it is kept. */
export function toKept({ removal, at }: TakenRemoval) {
  return { at: at.toISOString(), removal };
}

/** From what is kept. Throws for anything else, which only a bug or another version of ours has sealed. */
export function fromKept(act: unknown): TakenRemoval {
  const { at, removal } = Kept.parse(act);
  return { removal, at: new Date(at) };
}

/** Parts of the file's room beyond which no more is taken: of what nobody proved, of what is of use, of what the operator says. */
const ROOM = { unproved: 0.5, proved: 0.9, operator: 1 } as const;

/** Who asks for a removal: anybody, somebody whose credential this hub has seen work, or the operator. */
export type Asker = keyof typeof ROOM;

/** Whether the file has room for who asks. */
export function hasRoom(share: number, asker: Asker): boolean {
  return share < ROOM[asker];
}
