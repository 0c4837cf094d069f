// Where the issuer leads back to.
import { redirect, type ServerLoadEvent } from '@sveltejs/kit';
import { callOf } from '../../../../lib/call.ts';
import { endAtIssuer } from '../../../../lib/sign-on.ts';
import { localPath } from '../../../../lib/local-path.ts';

export async function load(event: ServerLoadEvent) {
  const call = callOf(event);
  const finished = await endAtIssuer(event);
  const to = localPath(finished.to);
  if (finished.kind === 'half' || finished.kind === 'half-proved') {
    call.keepNote('half', finished.half);
    const page = finished.kind === 'half' ? '/sign-in/code' : '/account/prove/code';
    redirect(303, `${page}?to=${encodeURIComponent(to)}`);
  }
  if (finished.kind === 'signed-in' || finished.kind === 'proved') call.keep(finished.signedIn);
  redirect(303, to);
}
