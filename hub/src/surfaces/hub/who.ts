// Who a call's change is made by.
import { type Who } from '#modules/access';
import { type Caller } from '../route/caller.ts';

/** The caller of a call, for a change that asks again once it has waited. */
export function whoOf(call: { readonly callerNow: () => Promise<Caller> }): Who {
  return async () => (await call.callerNow()).actor;
}
