// Answers the hub. Invariant: whatever comes in, at most one frame goes out for each request, and nothing of a secret.
import { type Channel } from '@holdfast/platform/channel';
import { type Log } from '@holdfast/platform/log';
import { type Answer, type MailOutcome, Request } from './frames.ts';
import { type MailServer } from './mail-server.ts';

/** What the courier reaches. */
export interface Outside {
  readonly mail: MailServer | undefined;
}

/** Requests that are worked on at a time; a hub asks for few. */
const MOST_AT_ONCE = 16;
const NOT_SET_UP = 'No mail server is configured.';

/** Works for one hub, as long as its channel is open. */
export function serveHub(channel: Pick<Channel, 'onFrame' | 'send'>, outside: Outside, log: Log): void {
  let working = 0;
  const answer = (id: string, outcome: MailOutcome): void => {
    channel.send({ id, outcome } satisfies Answer);
  };
  channel.onFrame((frame) => {
    const parsed = Request.safeParse(frame);
    if (!parsed.success) {
      // Only a hub that is out of its mind, or in another's hands, asks for what is not there.
      log.error({ issues: parsed.error.issues.map(({ path, message }) => ({ path, message })) }, 'refused');
      const id = (frame as { id?: unknown } | null)?.id;
      if (typeof id === 'string' && /^[0-9a-f]{24}$/.test(id))
        answer(id, { kind: 'refused', why: 'The courier does not do this.' });
      return;
    }
    const request = parsed.data;
    if (working >= MOST_AT_ONCE) {
      answer(request.id, { kind: 'later', why: 'too much is asked at once' });
      return;
    }
    working += 1;
    void work(request, outside).then((outcome) => {
      working -= 1;
      log.info({ ask: request.ask, outcome: outcome.kind }, 'answered');
      answer(request.id, outcome);
    });
  });
}

async function work(request: Request, { mail }: Outside): Promise<MailOutcome> {
  if (mail === undefined) return { kind: 'later', why: NOT_SET_UP };
  return request.ask === 'check-mail' ? await mail.check() : await mail.send(request.mail);
}
