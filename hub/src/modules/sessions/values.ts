// The values that one session has, one after the other: another for each change of what its user may do. Pure. Invariants:
// who does not have a value cannot know the next; one that another followed is good for requests under way, and then for nothing.
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { Secret } from '@holdfast/kernel/secret';
import { type Keys } from '@holdfast/platform/keys';
import { type UserActor } from '#modules/access';
import { digestValue, type WebSession } from './model.ts';

/** A value as it is kept; the one that the session began with has number 0. */
export interface KeptValue {
  readonly number: number;
  readonly digest: Sha256;
  /** What its user might do when it was made; `null` where that was not written down. */
  readonly standing: Sha256 | null;
  readonly madeAt: Date;
  /** Whether a browser has shown it. */
  readonly isShown: boolean;
}

/** That another value may be due for a browser which showed the one with this number, while its user may do this. */
export interface Due {
  readonly from: number;
  readonly standing: Sha256;
}

/** That a browser is to be given another value than the one it showed. */
export interface Turn {
  readonly from: number;
  readonly to: number;
  /** The last of them where it is not there yet. */
  readonly made: Pick<KeptValue, 'standing'> | undefined;
}

/**
 * How long a value is good beside the next: for what the browser had sent before it was given that. Clocks of hubs differ, by half a
 * minute where second factors still work.
 */
const GRACE_MS = 60_000;

/** What somebody may do by role, as one text: it is another when that is. */
export function standingOf({
  administrator,
  memberships,
}: Pick<UserActor, 'administrator' | 'memberships'>): Sha256 {
  const roles = [...memberships].map(([org, role]) => `${org} ${role}`).sort();
  return sha256(['holdfast-standing', String(administrator), ...roles].join('/'));
}

/** The value that a session began with. */
export function firstOf({ digest, standing, provedAt }: WebSession): KeptValue {
  return { number: 0, digest, standing, madeAt: provedAt, isShown: true };
}

/** The fields that the row's MAC covers: who can write the table can neither make a value nor have an old one last. */
export function sealedValue(sessionId: Id, { number, digest, standing, madeAt }: KeptValue): string[] {
  return [sessionId, String(number), digest, standing ?? '', madeAt.toISOString()];
}

/** The value that was shown, unless its time is over; `values` is newest first. */
export function findGood(values: readonly KeptValue[], shown: Sha256, now: Date): KeptValue | undefined {
  const at = values.findIndex(({ digest }) => digest === shown);
  const next = values[at - 1];
  if (next !== undefined && now.getTime() - next.madeAt.getTime() > GRACE_MS) return undefined;
  return values[at];
}

/**
 * Whether a browser that showed this value is to be given another, and which; `values` is newest first. What was shown already is
 * given to nobody: the browser has it, and who comes with the one before is somebody else, or what was under way.
 */
export function turnFrom(shown: KeptValue, values: readonly KeptValue[], standing: Sha256): Turn | undefined {
  const from = shown.number;
  const later = values.filter(({ number }) => number > from);
  if (later.some(({ isShown }) => isShown)) return undefined;
  const [newest] = later;
  if (newest !== undefined) return { from, to: newest.number, made: undefined };
  return shown.standing === standing ? undefined : { from, to: from + 1, made: { standing } };
}

/**
 * The value that a turn leads to, computed from the one that was shown. Each request of the browser that is under way gets the
 * same, from every hub: none is lost with an answer that does not arrive or a hub that ends before it is sent.
 */
export function followTurn(
  keys: Keys,
  { sessionId, from, to }: Turn & { readonly sessionId: Id },
  shown: string,
): { readonly value: Secret<string>; readonly digest: Sha256 } {
  let text = shown;
  for (let number = from + 1; number <= to; number += 1)
    text = keys.sign('session-next', [text, sessionId, String(number)]);
  return { value: new Secret(text), digest: digestValue(text) as Sha256 };
}
