// What every credential that the hub gives out by itself (signed links, tokens of the Xet protocol) was made from, and is worth nothing
// without: a token of the hub, and the run of a Space for which it was asked. One place says how that is signed and who may use it.
import { type Id } from '@holdfast/kernel/id';

declare const proven: unique symbol;
/**
 * The run for which a request was proved to come, or `NO_RUN`. `RunProofs` alone finds out which, so that whoever gives out a
 * credential, or takes one, cannot forget to ask.
 */
export type ProvenRun = (Id | '') & { readonly [proven]: true };

/** A request that comes for no run. */
export const NO_RUN = '' as ProvenRun;

/** What a credential was made from. */
export interface Origin {
  /** The hub token; empty where an anonymous reader asked. */
  readonly tokenId: Id | '';
  readonly run: ProvenRun;
  /** Unix seconds until when it is good. */
  readonly expires: number;
}

/** An origin as somebody claims it. */
export type ClaimedOrigin = Omit<Origin, 'run'> & { readonly run: Id | '' };

/** The fields that are signed of an origin, behind a credential's own. Without a run they are what they were before there were any. */
export function originFields({ tokenId, run, expires }: ClaimedOrigin): readonly string[] {
  return run === '' ? [tokenId, String(expires)] : [tokenId, String(expires), run];
}

/**
 * The run of a credential whose signature is right, for whoever uses it; `undefined` where it may not be used: it was made for a
 * run, and this is another one, or nobody's.
 */
export function runForUse(claimed: Id | '', user: ProvenRun): ProvenRun | undefined {
  if (claimed === '') return NO_RUN;
  return claimed === user ? user : undefined;
}
