// Keeps a child that has nothing to say on its channel: it is told when to end, and whatever it says instead ends it.
import { type ReadyChild } from './child.ts';
import { type Kept } from './keeper.ts';

/** The child as a keeper keeps it. `farewell` is how long it may take to end, in milliseconds. */
export function keepSilent({ process, channel }: ReadyChild, farewell: number): Kept {
  const kill = (): void => {
    process.kill();
  };
  channel.onFrame(kill);
  // Without its channel it cannot be asked to end.
  void channel.closed.then(() => setTimeout(kill, farewell).unref());
  return {
    ended: process.exited,
    kill,
    stop: async () => {
      channel.send({ type: 'stop' });
      const timer = setTimeout(kill, farewell);
      await process.exited;
      clearTimeout(timer);
    },
  };
}
