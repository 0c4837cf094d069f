// Where the issuer leads back to.
import { redirect, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf } from '../../../../lib/call.ts';
import { endAtIssuer } from '../../../../lib/sign-on.ts';
import { localPath } from '../../../../lib/local-path.ts';

export async function load(event: ServerLoadEvent) {
  const call = callOf(event);
  const finished = await endAtIssuer(event);
  const to = localPath(finished.to);
  if (finished.kind === 'half') {
    call.keepNote('half', finished.half);
    redirect(303, `/sign-in/code?to=${encodeURIComponent(to)}`);
  }
  if (finished.kind === 'signed-in' || finished.kind === 'proved') call.keep(finished.signedIn);
  redirect(303, to);
}
