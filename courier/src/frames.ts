// What hub and courier say to each other: one JSON object a line, bounded like every channel. Both sides read it with these
// schemas, and neither believes the other: a hub that was taken over must not put a header into a mail.
import { mayBeWrittenTo } from '@holdfast/kernel/mail-address';
import { z } from 'zod';

// eslint-disable-next-line no-control-regex -- they are what must not be there: each could begin a header of its own
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const Line = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => !CONTROL.test(text), 'holds a control character');

const Address = z.string().refine(mayBeWrittenTo, 'is no mail address');

/** A mail to hand over. */
export const OutgoingMail = z.strictObject({
  /** What happened and whom it is told, as a digest. The same for every try: the Message-ID is made of it. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  to: z.strictObject({ name: Line(200), address: Address }),
  subject: Line(300),
  text: z.string().max(20_000),
  html: z.string().max(40_000),
});
export type OutgoingMail = z.infer<typeof OutgoingMail>;

/** What became of a mail. `later`: nobody knows that it was taken, so that it is to be tried again. */
export const MailOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('taken') }),
  z.strictObject({ kind: z.literal('refused'), why: z.string() }),
  z.strictObject({ kind: z.literal('later'), why: z.string() }),
]);
export type MailOutcome = z.infer<typeof MailOutcome>;

/** 256 random bits, as base64url. */
const Nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const HubAddress = z
  .string()
  .max(500)
  .regex(/^https?:\/\/[^\s\p{Cc}#]+$/u);

/** What a sign-on was begun with; the hub keeps it with the browser that began it. */
export const SignOnStart = z.strictObject({
  /** The page of the hub to which the issuer leads back. */
  back: HubAddress,
  state: Nonce,
  nonce: Nonce,
  /** The PKCE verifier (RFC 7636). */
  verifier: Nonce,
  /** Whether the issuer is to ask anew who it is. */
  anew: z.boolean(),
});
export type SignOnStart = z.infer<typeof SignOnStart>;

/** Who somebody is, as the issuer says and the courier has checked. */
export const Claims = z.strictObject({
  issuer: z.string().max(500),
  subject: z.string().min(1).max(255),
  name: z.string().max(500).nullable(),
  email: z.string().max(500).nullable(),
  emailVerified: z.boolean(),
  groups: z.array(z.string().max(500)).max(2_000),
});
export type Claims = z.infer<typeof Claims>;

/** What becomes of a sign-on. `denied`: the person did not want to, or may not; `invalid`: it does not hold. */
export const SignOnOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('address'), address: z.string().max(8_000) }),
  z.strictObject({ kind: z.literal('claims'), claims: Claims }),
  z.strictObject({ kind: z.literal('denied') }),
  z.strictObject({ kind: z.literal('invalid') }),
  z.strictObject({ kind: z.literal('unreachable') }),
]);
export type SignOnOutcome = z.infer<typeof SignOnOutcome>;

const RequestId = z.string().regex(/^[0-9a-f]{24}$/);

/** What the hub asks for. */
export const Request = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('send-mail'), id: RequestId, mail: OutgoingMail }),
  z.strictObject({ ask: z.literal('check-mail'), id: RequestId }),
  z.strictObject({ ask: z.literal('begin-sign-on'), id: RequestId, start: SignOnStart }),
  z.strictObject({
    ask: z.literal('end-sign-on'),
    id: RequestId,
    start: SignOnStart,
    /** The query with which the issuer led back. */
    query: z.string().max(8_000),
  }),
]);
export type Request = z.infer<typeof Request>;

/** What the courier answers. */
export const Answer = z.strictObject({ id: RequestId, outcome: z.union([MailOutcome, SignOnOutcome]) });
export type Answer = z.infer<typeof Answer>;
