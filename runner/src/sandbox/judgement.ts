// What a specification may not ask for. Pure: it is about paths alone; what lies at them is looked at elsewhere.
import { posix } from 'node:path';
import { USER, type SandboxSpec } from './spec.ts';

/** A specification that would show more than a sandbox may see. A bug of ours, or somebody's attempt. */
export class RefusedSpec extends Error {
  override readonly name = 'RefusedSpec';
}

/** What judging needs to know of where it happens. */
export interface Ground {
  /** Folders and files below which, or as which, things may be shown. Nothing else is. */
  readonly places: readonly string[];
  /** The folder of the hub's data. */
  readonly dataFolder: string;
  /** Whether there is a user for each Space. */
  readonly users: boolean;
}

/** Whole trees in which sockets, homes and other processes are; never shown, whatever the places say. */
const NEVER = [
  '/',
  '/boot',
  '/dev',
  '/etc',
  '/home',
  '/mnt',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/srv',
  '/sys',
  '/tmp',
  '/var',
  '/var/lib',
  '/var/run',
  '/var/tmp',
];
const INSIDE_TAKEN = ['/', '/proc', '/dev', '/run', '/tmp', '/sys'];
const LONGEST_ID = 64;
/** Descriptors that a shell can name by one digit. */
const MOST_DESCRIPTORS = 5;

/** Throws a `RefusedSpec` for what may not be. */
export function judgeSpec(spec: SandboxSpec, ground: Ground): void {
  if (!/^[0-9a-z][0-9a-z-]*$/.test(spec.id) || spec.id.length > LONGEST_ID)
    refuse('its id is not a plain word');
  if (!/^[a-z0-9-]{1,63}$/.test(spec.hostname)) refuse('its host name is not one');
  if (spec.command[0]?.startsWith('/') !== true) refuse('its program has no absolute path');
  if (spec.command.some((word) => word.includes('\0'))) refuse('its command holds a zero byte');
  if (spec.descriptors.length > MOST_DESCRIPTORS) refuse('it would inherit too many descriptors');
  judgeUser(spec.user, ground);
  const shown = [...spec.root, ...spec.mounts].flatMap((part) => ('from' in part ? [part.from] : []));
  for (const path of [...shown, spec.door]) judgeSource(path, ground);
  for (const part of [...spec.root, ...spec.mounts]) judgeTarget(part.to);
  for (const amount of Object.values(spec.limits))
    if (!(amount > 0 && Number.isFinite(amount))) refuse('one of its limits is none');
}

function judgeUser(user: number | null, ground: Ground): void {
  if (ground.users !== (user !== null)) refuse('its user is not of the kind that is used here');
  // Below are the runner itself and the owner of what sandboxes share.
  if (user !== null && !(Number.isInteger(user) && user >= USER && user < 65_534))
    refuse('its user is not one of those for Spaces');
}

function judgeSource(path: string, ground: Ground): void {
  if (!isPlain(path)) refuse(`it would show ${path}, which is not a plain absolute path`);
  if (NEVER.includes(path)) refuse(`it would show ${path}`);
  if (isWithin(ground.dataFolder, path)) refuse('it would show the data folder');
  if (!ground.places.some((place) => isWithin(path, place)))
    refuse(`it would show ${path}, which is not in a place for sandboxes`);
}

function judgeTarget(path: string): void {
  if (!isPlain(path) || INSIDE_TAKEN.includes(path) || isWithin(path, '/proc') || isWithin(path, '/dev'))
    refuse(`it would cover ${path} inside`);
}

/** Whether a path is the folder or below it. Both plain. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function isPlain(path: string): boolean {
  return (
    posix.isAbsolute(path) &&
    posix.normalize(path) === path &&
    !path.includes('\0') &&
    (path === '/' || !path.endsWith('/'))
  );
}

function refuse(why: string): never {
  throw new RefusedSpec(`this sandbox is not made: ${why}`);
}
