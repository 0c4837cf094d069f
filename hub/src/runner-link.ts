// The way to the runner, which builds and runs the programs of Spaces. What it says is read with the frames that both sides
// have, and what cannot be read is noted and counts for nothing: a runner that was taken over says no more than these.
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Channel } from '@holdfast/platform/channel';
import { type Log } from '@holdfast/platform/log';
import { z } from 'zod';
import { FromRunner as Frame, ToRunner as Wanted } from '@holdfast/runner/frames';
import { type FromRunner, type RunnerLink, type ToRunner } from '#modules/spaces';

/** What the supervisor says when the runner has ended. */
const Gone = z.object({ gone: z.literal(true) });

type End = Pick<Channel, 'send' | 'onFrame' | 'closed'>;

/** The way over a channel. */
export class ChannelToRunner implements RunnerLink {
  readonly #channel: End;
  readonly #log: Log;

  constructor(channel: End, log: Log) {
    this.#channel = channel;
    this.#log = log;
  }

  /** Says what is wanted. A frame that the runner would not read is a bug of ours, and is not sent. */
  send(frame: ToRunner): void {
    this.#channel.send(Wanted.parse(frame));
  }

  /** Hears what the runner says, and that it has gone. */
  onFrame(listener: (frame: FromRunner) => void): void {
    this.#channel.onFrame((text) => {
      const read = Frame.safeParse(text);
      if (read.success) listener(toFrame(read.data));
      else if (Gone.safeParse(text).success) listener({ type: 'gone' });
      else this.#log.error('the runner said what is no frame');
    });
    void this.#channel.closed.then(() => listener({ type: 'gone' }));
  }
}

function toFrame(frame: Frame): FromRunner {
  if (frame.type === 'able')
    return {
      ...frame,
      runs: frame.runs.map(({ space, run }) => ({ space: space as Id, run: run as Id })),
    };
  const space = frame.space as Id;
  if (frame.type === 'log') {
    const lines = frame.lines.map(({ at, text }) => ({ at: new Date(at), text }));
    return { ...frame, space, lines };
  }
  if (frame.type === 'ticket-wanted')
    return { ...frame, space, run: frame.run as Id, commit: frame.commit as Sha1 };
  if (frame.type !== 'status') return { ...frame, space, run: frame.run as Id };
  const { serving, leaving } = frame;
  return {
    ...frame,
    space,
    leaving: leaving.map((run) => run as Id),
    serving: serving && {
      run: serving.run as Id,
      commit: serving.commit as Sha1,
      startedAt: new Date(serving.startedAt),
    },
  };
}
