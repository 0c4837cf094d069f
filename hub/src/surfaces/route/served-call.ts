// One call as a handler sees it.
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Actor, type RepoType } from '#modules/access';
import { type Session } from '#modules/tokens';
import { type Caller } from './caller.ts';
import { type Call } from './route.ts';

/** A call; its signal is made only when a handler asks for it: most calls end before anybody could hang up. */
export class ServedCall implements Call<unknown, unknown, unknown> {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly repoType: RepoType;
  readonly actor: Actor;
  readonly session: Session | undefined;
  readonly callerNow: () => Promise<Caller>;
  readonly baseUrl: string;
  readonly address: string;
  readonly request: FastifyRequest['raw'];
  readonly reply: FastifyReply;
  #abort: AbortController | undefined;

  constructor(parts: {
    params: unknown;
    query: unknown;
    body: unknown;
    repoType: RepoType;
    actor: Actor;
    session: Session | undefined;
    callerNow: () => Promise<Caller>;
    baseUrl: string;
    request: FastifyRequest;
    reply: FastifyReply;
  }) {
    this.params = parts.params;
    this.query = parts.query;
    this.body = parts.body;
    this.repoType = parts.repoType;
    this.actor = parts.actor;
    this.session = parts.session;
    this.callerNow = parts.callerNow;
    this.baseUrl = parts.baseUrl;
    this.address = parts.request.ip;
    this.request = parts.request.raw;
    this.reply = parts.reply;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController();
      this.#abort = abort;
      const { raw } = this.reply;
      // Who hung up before anybody asked is told of to nobody a second time.
      if (raw.destroyed || raw.closed) abort.abort();
      else raw.once('close', () => abort.abort());
    }
    return this.#abort.signal;
  }
}
