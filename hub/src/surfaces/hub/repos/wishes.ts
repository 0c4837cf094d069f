// What may be asked for where a repository is made, copied or set up, and what this hub does not offer.
import { z } from 'zod';
import { type Actor, type RepoType, type Visibility } from '#modules/access';
import { optionUnavailable, secretsComeLater, visibilityContradicts, type Beginning } from '#modules/repos';
import { ASKED_FOR_ANYWAY, type Spaces } from '#modules/spaces';
import { SleepSeconds, variableOf, VariableBody } from '../spaces/wishes.ts';

/** How callers say who may see a repository: in the words of today, of yesterday, or both. */
export const VisibilityWish = z.object({
  visibility: z.enum(['public', 'private', 'protected']).nullish(),
  private: z.boolean().nullish(),
});

/** Options of other hubs. */
export const OtherOptions = z.object({
  hardware: z.string().max(100).nullish(),
  sleepTimeSeconds: SleepSeconds.nullish(),
  storageTier: z.string().max(100).nullish(),
  secrets: z.array(z.unknown()).nullish(),
  variables: z.array(VariableBody).max(1_000).nullish(),
  volumes: z.array(z.unknown()).nullish(),
  resourceGroupId: z.string().max(100).nullish(),
  region: z.string().max(100).nullish(),
});

/**
 * Who shall see the repository; `undefined` where nothing was said. Throws `repo.visibility-contradicts` for two answers:
 * taking either would make public what somebody called private.
 */
export function visibilityOf(wish: z.output<typeof VisibilityWish>): Visibility | undefined {
  const { visibility, private: isPrivate } = wish;
  if (isPrivate == null) return visibility ?? undefined;
  if (visibility == null) return isPrivate ? 'private' : 'public';
  if (isPrivate !== (visibility === 'private')) throw visibilityContradicts();
  return visibility;
}

/**
 * Throws `repo.option-unavailable` for what this hub does not offer: dropped silently, a secret would be believed to be
 * stored, or a repository to be kept for a group or in a region.
 */
export function refuseOtherOptions(wish: z.output<typeof OtherOptions>, type: RepoType): void {
  if (wish.storageTier != null) throw optionUnavailable(`storage tier ${wish.storageTier}`);
  if (type !== 'space' && wish.hardware != null && wish.hardware !== ASKED_FOR_ANYWAY)
    throw optionUnavailable('hardware for anything but Spaces');
  // This body was parsed, and with it what it holds. A secret is set by the call for it, whose body nobody reads.
  if ((wish.secrets ?? []).length > 0) throw secretsComeLater();
  if (type !== 'space' && (wish.variables ?? []).length > 0)
    throw optionUnavailable('variables of anything but Spaces');
  if ((wish.volumes ?? []).length > 0) throw optionUnavailable('volumes of Spaces');
  if (wish.resourceGroupId != null) throw optionUnavailable('resource groups');
  if (wish.region != null) throw optionUnavailable('regions');
}

/** What else belongs to a repository of this type that is made or copied with these options. */
export async function beginningOf(
  spaces: Spaces,
  { actor, type }: { readonly actor: Actor; readonly type: RepoType },
  { variables, hardware, sleepTimeSeconds }: z.output<typeof OtherOptions>,
): Promise<Beginning | undefined> {
  if (type !== 'space') return undefined;
  return await spaces.beginning(actor, {
    variables: (variables ?? []).map(variableOf),
    hardware: hardware ?? undefined,
    sleepSeconds: sleepTimeSeconds ?? undefined,
  });
}
