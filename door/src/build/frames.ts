// What the runner and the door of a build say to each other, on descriptor 3.
import { z } from 'zod';

/** An address by http or https, without user, query or fragment. */
const Place = z
  .string()
  .max(500)
  .regex(/^https?:\/\/[^/?#@\s]+(?:\/[^?#\s]*)?$/);
/** Such as `https://files.pythonhosted.org`. */
const Origin = z
  .string()
  .max(300)
  .regex(/^https?:\/\/[^/?#@\s]+$/);

/** A package index, as the operator named it. */
export const PackageIndex = z.strictObject({
  /** Address of its simple index (PEP 503). */
  url: Place,
  /** Origins on which its files lie, beside its own. */
  files: z.array(Origin).max(20),
});
export type PackageIndex = z.infer<typeof PackageIndex>;

/** The first frame: what a build may fetch, and where copies of it are kept. */
export const BuildDoorStart = z.strictObject({
  type: z.literal('start'),
  /** In the order in which they are asked. */
  indexes: z.array(PackageIndex).min(1).max(10),
  /** Mirrors of Debian by the name under which a build reaches them. */
  mirrors: z.record(z.enum(['debian', 'debian-security']), Place.nullable()),
  /** File with the certificates of authorities; `null`: the system's. */
  authorities: z.string().nullable(),
  /** Folder of files that were fetched, under their digests. */
  cache: z.string(),
  /** Bytes that the build may be given. */
  budget: z.int().positive(),
});
export type BuildDoorStart = z.infer<typeof BuildDoorStart>;

/** What the door of a build tells. */
export const FromBuildDoor = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  /** Something that a build may not do, or get. */
  z.strictObject({ type: z.literal('refused'), what: z.string().max(300), why: z.string().max(300) }),
]);
export type FromBuildDoor = z.infer<typeof FromBuildDoor>;
