// How accounts leave the server: explicit fields, no mail address.
import { z } from 'zod';
import { type Account } from '#modules/identity';

/** Where the picture of every account is, until accounts have pictures of their own. */
export const AVATAR = '/avatar.svg';

/** A user as others see them. */
export const UserOverview = z.object({
  _id: z.string(),
  user: z.string(),
  fullname: z.string(),
  avatarUrl: z.string(),
  type: z.literal('user'),
  isPro: z.boolean(),
  createdAt: z.string(),
  numModels: z.number().optional(),
  numDatasets: z.number().optional(),
  numSpaces: z.number().optional(),
  numLikes: z.number().optional(),
  numFollowers: z.number().optional(),
  numFollowing: z.number().optional(),
  orgs: z.array(z.object({ name: z.string(), fullname: z.string(), avatarUrl: z.string() })).optional(),
});

/** An organisation as others see it. */
export const OrgOverview = z.object({
  _id: z.string(),
  name: z.string(),
  fullname: z.string(),
  avatarUrl: z.string(),
  type: z.literal('org'),
  isVerified: z.boolean(),
  createdAt: z.string(),
  numUsers: z.number().optional(),
  numModels: z.number().optional(),
  numDatasets: z.number().optional(),
  numSpaces: z.number().optional(),
  numFollowers: z.number().optional(),
});

/** The part of a user that needs no counting. */
export function presentUser(account: Account, baseUrl: string) {
  return {
    _id: account.id,
    user: account.name,
    fullname: account.fullname,
    avatarUrl: `${baseUrl}${AVATAR}`,
    type: 'user' as const,
    isPro: false,
    createdAt: account.createdAt.toISOString(),
  };
}

/** The part of an organisation that needs no counting. */
export function presentOrg(account: Account, baseUrl: string) {
  return {
    _id: account.id,
    name: account.name,
    fullname: account.fullname,
    avatarUrl: `${baseUrl}${AVATAR}`,
    type: 'org' as const,
    isVerified: false,
    createdAt: account.createdAt.toISOString(),
  };
}
