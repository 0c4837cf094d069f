// The start leads to where one can do something.
import { redirect, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf } from '../lib/call.ts';

export function load(event: ServerLoadEvent) {
  redirect(303, callOf(event).visit === undefined ? '/sign-in' : '/account');
}
