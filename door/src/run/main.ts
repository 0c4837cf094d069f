// The door of an app: a process of its own for each run, which knows whom it serves because of the sockets it was given.
import { openInheritedChannel, type Channel } from '@holdfast/platform/channel';
import { openApp, type App } from './app.ts';
import { tellApp, tellVisitor } from './answers.ts';
import { errandPolicy, tellFailure } from './errands.ts';
import { Broker } from './brokering/broker.ts';
import { Front } from './brokering/front.ts';
import { SecureOutside } from './brokering/secure.ts';
import { Contacts } from './contacts.ts';
import { DoorStart, ToDoor, type FromDoor } from './frames.ts';
import { ERRAND_LIMITS, MOST_ERRANDS, MOST_VISITS, VISIT_LIMITS } from './limits.ts';
import { openResolve, Outside } from './outside.ts';
import { Refusals } from './refusals.ts';
import { openSide, type Side } from './side.ts';
import { visitPolicy } from './visits.ts';
import { rulesOf } from './visit.ts';

const OUT_FD = 4;
const VISITS_FD = 5;
const TICK_MS = 1_000;

type Traffic = Extract<FromDoor, { type: 'traffic' }>;

/** What has passed so far. */
function measure(errands: Side, visits: Side): Traffic {
  return {
    type: 'traffic',
    sentBytes: errands.shared.up + visits.shared.down,
    receivedBytes: errands.shared.down + visits.shared.up,
    visits: visits.shared.requests,
    open: visits.shared.active,
  };
}

interface Sides {
  readonly outside: Outside;
  readonly start: DoorStart;
  readonly refused: (host: string, why: string) => void;
  readonly broker: Broker | undefined;
  readonly app: App;
}

/** Opens both sides. */
async function openSides({ start, refused, outside, broker, app }: Sides): Promise<Side[]> {
  const secure = new SecureOutside(start.secrets?.certificates);
  const front = broker && new Front({ broker, outside, secure, start, refused, fail: tellFailure });
  const now = Date.now();
  const errands = {
    fd: OUT_FD,
    policy: errandPolicy({ outside, start, refused, front }),
    limits: ERRAND_LIMITS,
    most: MOST_ERRANDS,
    full: tellApp(503, `an app has ${MOST_ERRANDS} connections at most`),
    onFull: () => {
      refused('any host', `the app has ${MOST_ERRANDS} connections, which is the most`);
    },
  };
  const visits = {
    fd: VISITS_FD,
    policy: visitPolicy({ rules: rulesOf(start), app, refused }),
    limits: VISIT_LIMITS,
    most: MOST_VISITS,
    full: tellVisitor(503, 'Too many visitors are here at once. Try again in a moment.'),
    onFull: () => {
      refused(start.spaceHost, `the app has ${MOST_VISITS} visitors at once, which is the most`);
    },
  };
  return [await openSide(errands, now), await openSide(visits, now)];
}

/** Tells what has passed, about once a second and while there is something new. */
function tellTraffic(
  channel: Channel,
  [errands, visits]: readonly [Side, Side],
  refusals: Refusals,
): () => void {
  let last = measure(errands, visits);
  let refusedUntil = Date.now() + 60 * TICK_MS;
  return () => {
    const now = Date.now();
    errands.check(now);
    visits.check(now);
    if (now >= refusedUntil) {
      refusals.flush();
      refusedUntil = now + 60 * TICK_MS;
    }
    const next = measure(errands, visits);
    const told: Traffic = { ...next, visits: next.visits - last.visits };
    if (JSON.stringify(next) !== JSON.stringify(last)) channel.send(told);
    last = next;
  };
}

function openBroker({ secrets }: DoorStart, channel: Channel): Broker | undefined {
  if (secrets === null) return undefined;
  return new Broker({
    secrets,
    send: (frame) => {
      channel.send(frame);
    },
    now: () => performance.now(),
    date: () => Date.now(),
  });
}

await using channel = openInheritedChannel();
const start = DoorStart.parse(await channel.next());
const refusals = new Refusals((refused) => {
  channel.send({ type: 'refused', ...refused });
});
const contacts = new Contacts((told) => {
  channel.send(told);
});
using stack = new DisposableStack();
const broker = stack.adopt(openBroker(start, channel), (opened) => opened?.[Symbol.dispose]());
const app = stack.use(await openApp(start.incoming));
const refused = (host: string, why: string): void => {
  refusals.add(host, why, Date.now());
};
const outside = new Outside({ start, resolve: openResolve(start.resolver), refused, contacts });
const [errands, visits] = await openSides({ start, app, outside, broker, refused });
if (errands !== undefined && visits !== undefined) {
  stack.use(errands);
  stack.use(visits);
  const tell = tellTraffic(channel, [errands, visits], refusals);
  const timer = setInterval(() => {
    tell();
    contacts.flush(Date.now());
  }, TICK_MS);
  stack.defer(() => {
    clearInterval(timer);
  });
  channel.send({ type: 'ready', identity: broker?.identity ?? null });
  channel.onFrame((frame) => {
    const told = ToDoor.parse(frame);
    if (told.type === 'own') outside.learnOwn(told.own);
    else broker?.receive(told);
  });
  await channel.closed;
}
