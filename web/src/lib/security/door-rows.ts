// What the doors of Spaces did, as rows of a table. Pure.
import { type PageCall } from '@holdfast/hub/surfaces/web/pages';

type Traffic = PageCall['hub']['centre']['traffic'];
type SpaceTraffic = Awaited<ReturnType<Traffic['list']>>['items'][number];

/** A Space, with what its run moved where this hub has one. */
export function doorRow({ id, name, stage, usage, refusals, secretUses, misplaced }: SpaceTraffic) {
  return {
    ...{ id, name, stage, refusals, secretUses, misplaced },
    ...{ received: usage?.receivedBytes, sent: usage?.sentBytes },
  };
}
