// What a page of the hub shows in a frame to have the app of a Space there.
import { type Clock } from '@holdfast/kernel/clock';
import { type Keys } from '@holdfast/platform/keys';
import { type Spaces } from '#modules/spaces';
import { type FramedSpace } from '../web/pages.ts';
import { FRAME_PATH } from './frame-route.ts';
import { keepsFrameCookies, signFrameTicket } from './frames.ts';
import { originOf } from './space-address.ts';

/** What finding it needs. */
export interface FrameAddressDeps {
  readonly keys: Keys;
  readonly clock: Clock;
  readonly spaces: Spaces;
  readonly spacesHost: string;
  readonly publicUrl: string | null;
  readonly anonymousMayRead: boolean;
}

/**
 * The address: the Space's own where everybody may open it, else the way in with a ticket. `undefined` where the visitor may
 * not open it, and where their browser would keep no cookie for the frame.
 */
export function frameAddress(
  { repo, label, visit, baseUrl }: FramedSpace,
  deps: FrameAddressDeps,
): string | undefined {
  const { spaces, keys, clock, anonymousMayRead: mayReadPublic } = deps;
  const origin = originOf(label, { ...deps, baseUrl });
  if (spaces.mayOpen({ kind: 'anonymous', mayReadPublic }, repo)) return `${origin}/`;
  if (visit === undefined || !spaces.mayOpen(visit.actor, repo)) return undefined;
  // Spaces let themselves be framed by the hub's own address, not by another way to this machine.
  const isHubs = new URL(baseUrl).hostname === new URL(deps.publicUrl ?? 'http://localhost').hostname;
  if (!isHubs || !keepsFrameCookies(origin)) return undefined;
  const ticket = signFrameTicket(keys, { label, sessionId: visit.session.id, at: clock.now() });
  return `${origin}${FRAME_PATH}?${String(new URLSearchParams({ ticket }))}`;
}
