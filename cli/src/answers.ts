// What the hub answers to the admin commands; only the members that are shown.
import { z } from 'zod';

const Moment = z.string().nullish();

export const User = z.object({
  name: z.string(),
  email: z.string().nullish(),
  admin: z.boolean().optional(),
  createdAt: Moment,
  disabledAt: Moment,
});
export const CreatedUser = z.object({ name: z.string(), password: z.string().optional() });
export const NewPassword = z.object({ password: z.string() });
export const Org = z.object({ name: z.string(), createdAt: Moment });
export const CreatedToken = z.object({ id: z.string(), token: z.string() });
export const Token = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  createdAt: Moment,
  expiresAt: Moment,
  revokedAt: Moment,
  lastUsedAt: Moment,
});
