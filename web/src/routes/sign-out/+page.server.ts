// Signing out. Nobody is looked up for it: whoever has a session may throw it away, also while the database is away.
import { redirect, type RequestEvent, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf } from '../../lib/call.ts';

export function load(_event: ServerLoadEvent) {
  redirect(303, '/');
}

export const actions = {
  default: async (event: RequestEvent) => {
    await callOf(event).signOut();
    redirect(303, '/sign-in');
  },
};
