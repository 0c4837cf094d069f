// Answers the hub. Invariant: whatever comes in, at most one frame goes out for each request, and nothing of a secret.
import { type Channel } from '@holdfast/platform/channel';
import { type Log } from '@holdfast/platform/log';
import { type Answer, Request } from './frames.ts';
import { type Issuer } from './issuer.ts';
import { type MailServer } from './mail-server.ts';

/** What the courier reaches. */
export interface Outside {
  readonly mail: MailServer | undefined;
  readonly issuer: Issuer | undefined;
}

/** Requests of each of two kinds that are worked on at a time; a hub asks for few. An issuer that does not answer keeps no mail. */
const MOST_AT_ONCE = 16;
const NOT_SET_UP = 'No mail server is configured.';

type Outcome = Answer['outcome'];

/** Works for one hub, as long as its channel is open. */
export function serveHub(channel: Pick<Channel, 'onFrame' | 'send'>, outside: Outside, log: Log): void {
  const working = { mail: 0, signOn: 0 };
  const answer = (id: string, outcome: Outcome): void => {
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
    const kind = request.ask.endsWith('mail') ? 'mail' : 'signOn';
    if (working[kind] >= MOST_AT_ONCE) {
      answer(request.id, BUSY[kind]);
      return;
    }
    working[kind] += 1;
    void work(request, outside).then((outcome) => {
      working[kind] -= 1;
      log.info({ ask: request.ask, outcome: outcome.kind }, 'answered');
      answer(request.id, outcome);
    });
  });
}

const BUSY = {
  mail: { kind: 'later', why: 'too much is asked at once' },
  signOn: { kind: 'unreachable' },
} as const satisfies Readonly<Record<string, Outcome>>;

async function work(request: Request, { mail, issuer }: Outside): Promise<Outcome> {
  switch (request.ask) {
    case 'send-mail':
      return (await mail?.send(request.mail)) ?? { kind: 'later', why: NOT_SET_UP };
    case 'check-mail':
      return (await mail?.check()) ?? { kind: 'later', why: NOT_SET_UP };
    case 'begin-sign-on':
      return (await issuer?.begin(request.start)) ?? BUSY.signOn;
    case 'end-sign-on':
      return (await issuer?.end(request.start, request.query)) ?? BUSY.signOn;
  }
}
