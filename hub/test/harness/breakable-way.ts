// The way of a browser to a hub, which a test can break and mend: what is under way breaks in the middle, as in a train.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The way. */
export interface BreakableWay extends AsyncDisposable {
  /** What a browser is started with, to go by it; its addresses stay the hub's own. */
  readonly chromiumArgs: readonly string[];
  /** Cuts off what is under way, and lets nothing through. */
  cut(): void;
  /** Lets all through again. */
  mend(): void;
}

/** Opens one to the hub on this port. */
export async function openBreakableWay(hub: number): Promise<BreakableWay> {
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((from) => {
    if (isCut) return void from.destroy();
    const to = connect(hub, '127.0.0.1');
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = (): void => {
    isCut = true;
    for (const one of open) one.resetAndDestroy();
  };
  return {
    chromiumArgs: [`--host-resolver-rules=MAP localhost:${hub} 127.0.0.1:${port}`],
    cut,
    mend: () => void (isCut = false),
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
