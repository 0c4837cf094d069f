// One connection of a client: reads its requests one after the other, sends each on as its rules say, and gives the answer back. Nothing
// is kept longer than it must be: bodies pass as they come, both ways at once, and who is slow is waited for.
// Invariants: what goes on was read and is written anew, with one framing; a connection to the next one serves one client; an
// answer that breaks off breaks off for the client, too, and is never ended as if it were whole.
import type { Socket } from 'node:net';
import { Answering } from './answering.ts';
import { RefusedBody } from './body.ts';
import { Exchange, type Forward } from './exchange.ts';
import { framingLine, framingOfRequest, type Framing } from './framing.ts';
import { parseRequestHead, type RequestHead } from './head.ts';
import { after, handOver, Held, joined } from './held.ts';
import { CONNECTED, CONTINUE, HEAD_END_BYTES } from './lines.ts';
import { judgeWait } from './patience.ts';
import { adoptUpstream, type Upstream } from './upstream.ts';
import type { Failure, Opened, Plan, Policy, Served, Shared, Wait } from './policy.ts';

const NOTHING = Buffer.alloc(0);
/** Bytes of a next request that are kept while one is under way. */
const MOST_PENDING = 65_536;

/** A connection of a client. */
export class Connection implements Served {
  readonly #client: Socket;
  readonly #shared: Shared;
  #policy: Policy;
  #pending: Buffer = NOTHING;
  #exchange: Exchange | undefined;
  #upstream: Upstream | undefined;
  readonly #answering: Answering;
  /** A request that waits for a decision, and who serves the client in place of this. */
  #held: Held | undefined;
  #served: Served | undefined;
  #mode: 'http' | 'opening' | 'tunnel' | 'ending' = 'http';
  /** When something moved last, and when what is waited for began. */
  #moved: number;
  #since: number;

  constructor(client: Socket, policy: Policy, shared: Shared) {
    this.#client = client;
    this.#policy = policy;
    this.#shared = shared;
    this.#moved = shared.now;
    this.#since = shared.now;
    this.#answering = new Answering({
      client,
      limits: shared.limits,
      present: (head) => this.#policy.present(head),
      say: (answer) => this.#say(answer),
      fail: () => this.#fail(502),
      finish: this.#finish.bind(this),
      upgrade: () => {
        this.#exchange = undefined;
        this.#tunnel();
      },
      hold: () => this.#upstream?.socket.pause(),
    });
    client.on('data', this.#onData).on('drain', this.#onDrain).on('end', this.#onEnd);
    client.on('error', () => client.destroy()).on('close', this.#onClose);
  }

  readonly #onData = this.#receive.bind(this);

  readonly #onDrain = (): void => {
    this.#moved = this.#shared.now;
    this.#upstream?.socket.resume();
    if (this.#exchange !== undefined || this.#mode !== 'http') return;
    this.#client.resume();
    this.#advance();
  };

  readonly #onEnd = (): void => {
    if (this.#mode === 'tunnel') this.#upstream?.socket.end();
    else this.#client.destroy();
  };

  readonly #onClose = this.#leave.bind(this);

  /** Ends what took too long. Called about once a second. */
  check(now: number): void {
    if (this.#served !== undefined) {
      this.#served.check(now);
      return;
    }
    const exchange = this.#exchange;
    const judged = judgeWait(
      {
        mode: this.#mode,
        exchange: exchange && { answered: exchange.answer !== undefined, sent: exchange.body.done },
        begun: this.#pending.length > 0 || this.#held !== undefined,
        clientFull: this.#client.writableNeedDrain,
        clientHeld: this.#client.isPaused(),
        still: now - this.#moved,
        waited: now - this.#since,
      },
      this.#shared.limits,
    );
    if (judged === 'end') this.#client.destroy();
    else if (judged !== undefined) this.#fail(judged);
  }

  #receive(bytes: Buffer): void {
    this.#shared.up += bytes.length;
    this.#moved = this.#shared.now;
    if (this.#mode === 'tunnel') {
      if (this.#upstream?.socket.write(bytes) === false) this.#client.pause();
      return;
    }
    if (this.#mode === 'ending') return;
    if (this.#pending.length === 0) {
      this.#since = this.#moved;
      this.#pending = bytes;
    } else this.#pending = Buffer.concat([this.#pending, bytes]);
    this.#advance();
  }

  /** Reads on until more bytes, or an answer, are needed. */
  #advance(): void {
    while (this.#mode === 'http' && this.#pending.length > 0) {
      const exchange = this.#exchange;
      if (this.#held !== undefined) {
        if (!this.#collect(this.#held)) return;
      } else if (exchange === undefined) {
        // Who does not read its answers gets no more of them.
        if (this.#client.writableNeedDrain) {
          this.#client.pause();
          return;
        }
        if (!this.#begin()) return;
      } else if (exchange.body.done) {
        // The next request waits for this one's answer.
        if (this.#pending.length > MOST_PENDING) this.#client.pause();
        return;
      } else if (!this.#sendBody(exchange)) return;
    }
  }

  /** Takes a head from what has come; false when that is not enough, or nothing follows. */
  #begin(): boolean {
    const end = this.#pending.indexOf(HEAD_END_BYTES);
    const { headBytes } = this.#shared.limits;
    if ((end < 0 ? this.#pending.length : end) > headBytes) return this.#fail(431);
    if (end < 0) return false;
    const head = parseRequestHead(this.#pending.toString('latin1', 0, end));
    const framing = head && framingOfRequest(head);
    if (head === undefined || framing === undefined) return this.#fail(400);
    this.#pending = after(this.#pending, end + HEAD_END_BYTES.length);
    this.#shared.requests += 1;
    return this.#take(this.#policy.read(head), head, framing);
  }

  #take(plan: Plan, head: RequestHead, framing: Framing): boolean {
    if (plan.kind === 'forward') {
      this.#exchange = new Exchange(head, plan, framing);
      this.#shared.active += 1;
      this.#send(this.#exchange);
      return true;
    }
    if (plan.kind !== 'wait') return this.#follow(plan);
    this.#held = new Held(head, plan, framing);
    if (plan.expects) this.#client.write(CONTINUE);
    return this.#collect(this.#held);
  }

  /** Reads what is to be read before a request is decided about; true when it has been, and more can be read. */
  #collect(held: Held): boolean {
    try {
      this.#pending = after(this.#pending, held.take(this.#pending));
    } catch (error) {
      return this.#refuse(error);
    }
    if (!held.ready) return false;
    this.#held = undefined;
    const decided = held.wait.decide(held.content);
    if (!(decided instanceof Promise)) return this.#decide(held, decided);
    this.#mode = 'opening';
    this.#client.pause();
    void decided.then((plan) => {
      if (this.#client.destroyed) return;
      this.#mode = 'http';
      this.#moved = this.#shared.now;
      this.#client.resume();
      if (this.#decide(held, plan)) this.#advance();
    });
    return false;
  }

  #decide(held: Held, plan: Plan): boolean {
    const { content } = held;
    if (content.length > 0) this.#pending = joined([content, this.#pending]);
    return this.#take(plan, held.head, held.framing);
  }

  /** Leaves the client to somebody else. */
  #hand(serve: Extract<Plan, { kind: 'serve' }>['serve']): false {
    this.#dropUpstream();
    this.#mode = 'opening';
    this.#client.pause().off('data', this.#onData).off('drain', this.#onDrain).off('end', this.#onEnd);
    void handOver(this.#client, this.#pending, async (client) => await serve(client, this.#shared)).then(
      (served) => (this.#served = served),
    );
    this.#pending = NOTHING;
    return false;
  }

  #follow(plan: Exclude<Plan, Forward | Wait>): boolean {
    if (plan.kind === 'answer') return this.#say(plan.answer);
    if (plan.kind === 'serve') return this.#hand(plan.serve);
    if (plan.kind === 'switch') {
      this.#client.write(CONNECTED);
      this.#policy = plan.policy;
      return true;
    }
    // The one of the requests before belongs to nobody then, and would stay open for as long as the door.
    this.#dropUpstream();
    void this.#open(plan.open(), (socket) => {
      this.#upstream = this.#adopt(socket, '');
      this.#shared.active += 1;
      this.#client.write(CONNECTED);
      this.#tunnel();
    });
    return false;
  }

  #send(exchange: Exchange): void {
    const { key, open } = exchange.plan;
    const before = this.#upstream;
    if (before?.key === key && before.socket.writable) {
      before.used = true;
      this.#sendHead(exchange);
      return;
    }
    this.#dropUpstream();
    const opened = open();
    if (opened instanceof Promise) {
      void this.#open(opened, (socket) => {
        this.#upstream = this.#adopt(socket, key);
        this.#mode = 'http';
        this.#sendHead(exchange);
        this.#advance();
      });
    } else if (opened.kind === 'open') {
      this.#upstream = this.#adopt(opened.socket, key);
      this.#sendHead(exchange);
    } else this.#say(opened.answer);
  }

  /** Waits for a connection, while the client waits, too. */
  async #open(opening: Promise<Opened>, then: (socket: Socket) => void): Promise<void> {
    this.#mode = 'opening';
    this.#client.pause();
    const opened = await opening;
    if (this.#client.destroyed) {
      if (opened.kind === 'open') opened.socket.destroy();
      return;
    }
    this.#moved = this.#shared.now;
    this.#client.resume();
    if (opened.kind === 'refused') this.#say(opened.answer);
    else then(opened.socket);
  }

  #adopt(socket: Socket, key: string): Upstream {
    return adoptUpstream(socket, key, {
      isCurrent: (upstream) => this.#upstream === upstream,
      receive: (bytes) => this.#receiveAnswer(bytes),
      drain: () => {
        this.#moved = this.#shared.now;
        this.#client.resume();
      },
      end: () => this.#endAnswer(),
      lose: () => this.#loseUpstream(),
    });
  }

  #sendHead({ plan, framing }: Exchange): void {
    const socket = this.#upstream?.socket;
    if (socket === undefined) return;
    const refusal = plan.watch?.leave(socket);
    this.#shared.turn.hold(socket);
    if (refusal === undefined) socket.write(`${plan.lines}${framingLine(framing)}\r\n`, 'latin1');
    else this.#say(refusal);
  }

  /** Sends on what has come of a body. */
  #sendBody(exchange: Exchange): boolean {
    const socket = this.#upstream?.socket;
    if (socket === undefined) return false;
    try {
      this.#pending = after(this.#pending, exchange.send(this.#pending, socket));
    } catch (error) {
      return this.#refuse(error);
    }
    if (socket.writableNeedDrain) this.#client.pause();
    return true;
  }

  #receiveAnswer(bytes: Buffer): void {
    this.#shared.down += bytes.length;
    this.#moved = this.#shared.now;
    const exchange = this.#exchange;
    if (this.#mode === 'tunnel') this.#answering.giveUnread(bytes);
    else if (exchange === undefined)
      this.#dropUpstream(); // nobody asked
    else {
      exchange.begun = true;
      this.#shared.turn.hold(this.#client);
      this.#answering.receive(exchange, bytes);
    }
  }

  /** The next one says no more. */
  #endAnswer(): void {
    const { answer } = this.#exchange ?? {};
    if (this.#mode === 'tunnel') {
      this.#answering.endUnread();
      return;
    }
    if (this.#exchange !== undefined && answer?.framing.kind === 'until-end') {
      this.#answering.end(this.#exchange);
    } else this.#upstream?.socket.destroy();
  }

  #finish(exchange: Exchange, clean: boolean): void {
    this.#exchange = undefined;
    this.#shared.active -= 1;
    const whole = exchange.body.done;
    if (!clean || !whole || exchange.answer?.keeps !== true) this.#dropUpstream();
    if (exchange.plan.closes || !whole) {
      this.#end();
      return;
    }
    this.#since = this.#shared.now;
    if (this.#client.isPaused()) this.#client.resume();
    this.#advance();
  }

  #loseUpstream(): void {
    const [upstream, exchange] = [this.#upstream, this.#exchange];
    this.#upstream = undefined;
    if (this.#mode === 'tunnel') {
      if (upstream?.socket.readableEnded !== true || !upstream.socket.writableFinished)
        this.#client.destroy();
    } else if (exchange === undefined) return;
    else if (upstream?.used === true && exchange.repeatable) this.#send(exchange);
    else if (exchange.said) this.#client.destroy();
    else this.#fail(502);
  }

  #dropUpstream(): void {
    const upstream = this.#upstream;
    this.#upstream = undefined;
    upstream?.socket.destroy();
  }

  #tunnel(): void {
    this.#mode = 'tunnel';
    if (this.#pending.length > 0) this.#upstream?.socket.write(this.#pending);
    this.#pending = NOTHING;
    this.#client.resume();
  }

  #fail(failure: Failure): false {
    const exchange = this.#exchange;
    if (exchange?.said === true) this.#client.destroy();
    else this.#say(this.#policy.fail(failure, exchange?.head));
    return false;
  }

  #refuse(error: unknown): false {
    const answer = error instanceof RefusedBody ? error.answer : undefined;
    return answer === undefined || this.#exchange?.said === true ? this.#fail(400) : this.#say(answer);
  }

  #say(answer: string): false {
    this.#client.write(answer);
    this.#end();
    return false;
  }

  /** Nothing more is read; what was written is still delivered. */
  #end(): void {
    if (this.#exchange !== undefined) this.#shared.active -= 1;
    this.#exchange = undefined;
    this.#dropUpstream();
    this.#pending = NOTHING;
    this.#mode = 'ending';
    this.#since = this.#shared.now;
    this.#client.resume().end();
  }

  #leave(): void {
    if (this.#exchange !== undefined || this.#mode === 'tunnel') this.#shared.active -= 1;
    this.#exchange = undefined;
    const upstream = this.#upstream;
    const ended = this.#mode === 'tunnel' && this.#client.readableEnded && this.#client.writableFinished;
    if (!ended) this.#dropUpstream();
    else upstream?.socket.end();
    this.#mode = 'ending';
  }
}
