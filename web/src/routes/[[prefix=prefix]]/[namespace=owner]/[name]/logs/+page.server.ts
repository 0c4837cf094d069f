// The logs of a Space: its last lines as the page comes; where there is script, the page goes on by itself.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { openApp } from '../../../../../lib/repo/app.ts';
import { presentHead } from '../../../../../lib/repo/open.ts';
import { openLog } from '../../../../../lib/space/log.ts';
import { openOwnSpace } from '../../../../../lib/space/open.ts';

export async function load(event: ServerLoadEvent) {
  const { repo } = await openOwnSpace(event);
  const kind = event.url.searchParams.get('of') === 'run' ? 'run' : 'build';
  return {
    repo: presentHead(event, repo),
    app: await openApp(event, repo),
    log: await openLog(event, repo, { kind, tail: 500 }),
  };
}
