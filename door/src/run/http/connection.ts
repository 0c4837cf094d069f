// One connection of a client: reads its requests one after the other, sends each on as its rules say, and gives the answer back. Nothing
// is kept longer than it must be: bodies pass as they come, both ways at once, and who is slow is waited for.
// Invariants: what goes on was read and is written anew, with one framing; a connection to the next one serves one client; an
// answer that breaks off breaks off for the client, too, and is never ended as if it were whole.
import type { Socket } from 'node:net';
import { giveContent, writeEnd } from './body.ts';
import { Exchange, type Forward } from './exchange.ts';
import { framingLine, framingOfRequest } from './framing.ts';
import { elementsOf, parseAnswerHead, parseRequestHead, type AnswerHead } from './head.ts';
import { CONNECTED, HEAD_END, UPGRADED } from './lines.ts';
import { judgeWait } from './patience.ts';
import type { Failure, Opened, Plan, Policy, Shared } from './policy.ts';

const NOTHING = Buffer.alloc(0);
/** Bytes of a next request that are kept while one is under way. */
const MOST_PENDING = 65_536;
/** Content up to this size is sent in one piece with its head. */
const SMALL = 4_096;

interface Upstream {
  readonly socket: Socket;
  readonly key: string;
  used: boolean;
}

/** A connection of a client. */
export class Connection {
  readonly #client: Socket;
  readonly #shared: Shared;
  #policy: Policy;
  #pending: Buffer = NOTHING;
  #exchange: Exchange | undefined;
  #upstream: Upstream | undefined;
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
    client.on('data', (bytes: Buffer) => {
      this.#receive(bytes);
    });
    client.on('drain', () => {
      this.#moved = shared.now;
      this.#upstream?.socket.resume();
      if (this.#exchange !== undefined || this.#mode !== 'http') return;
      client.resume();
      this.#advance();
    });
    client.on('end', () => {
      if (this.#mode === 'tunnel') this.#upstream?.socket.end();
      else client.destroy();
    });
    client.on('error', () => client.destroy());
    client.on('close', () => {
      this.#leave();
    });
  }

  /** Ends what took too long. Called about once a second. */
  check(now: number): void {
    const exchange = this.#exchange;
    const judged = judgeWait(
      {
        mode: this.#mode,
        exchange: exchange && { answered: exchange.answer !== undefined, sent: exchange.body.done },
        begun: this.#pending.length > 0,
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
      if (exchange === undefined) {
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
    const end = this.#pending.indexOf(HEAD_END);
    const { headBytes } = this.#shared.limits;
    if ((end < 0 ? this.#pending.length : end) > headBytes) return this.#fail(431);
    if (end < 0) return false;
    const head = parseRequestHead(this.#pending.toString('latin1', 0, end));
    const framing = head && framingOfRequest(head);
    if (head === undefined || framing === undefined) return this.#fail(400);
    this.#pending = this.#pending.subarray(end + HEAD_END.length);
    this.#shared.requests += 1;
    const plan = this.#policy.read(head);
    if (plan.kind === 'forward') {
      this.#exchange = new Exchange(head, plan, framing);
      this.#shared.active += 1;
      this.#send(this.#exchange);
      return true;
    }
    return this.#follow(plan);
  }

  #follow(plan: Exclude<Plan, Forward>): boolean {
    if (plan.kind === 'answer') return this.#say(plan.answer);
    if (plan.kind === 'switch') {
      this.#client.write(CONNECTED);
      this.#policy = plan.policy;
      return true;
    }
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
    const upstream: Upstream = { socket, key, used: false };
    socket.on('data', (bytes: Buffer) => {
      if (this.#upstream === upstream) this.#receiveAnswer(bytes);
    });
    socket.on('drain', () => {
      this.#moved = this.#shared.now;
      this.#client.resume();
    });
    socket.on('end', () => {
      if (this.#upstream === upstream) this.#endAnswer();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#upstream === upstream) this.#loseUpstream();
    });
    return upstream;
  }

  #sendHead({ plan, framing }: Exchange): void {
    const socket = this.#upstream?.socket;
    if (socket === undefined) return;
    this.#shared.turn.hold(socket);
    socket.write(`${plan.lines}${framingLine(framing)}\r\n`, 'latin1');
  }

  /** Sends on what has come of a body. */
  #sendBody(exchange: Exchange): boolean {
    const socket = this.#upstream?.socket;
    if (socket === undefined) return false;
    try {
      this.#pending = this.#pending.subarray(exchange.send(this.#pending, socket));
    } catch {
      return this.#fail(400);
    }
    if (socket.writableNeedDrain) this.#client.pause();
    return true;
  }

  #receiveAnswer(bytes: Buffer): void {
    this.#shared.down += bytes.length;
    this.#moved = this.#shared.now;
    const exchange = this.#exchange;
    if (this.#mode === 'tunnel') {
      if (!this.#client.write(bytes)) this.#upstream?.socket.pause();
    } else if (exchange === undefined)
      this.#dropUpstream(); // nobody asked
    else {
      exchange.begun = true;
      this.#shared.turn.hold(this.#client);
      const from = exchange.answer === undefined ? this.#readAnswerHead(exchange, bytes) : bytes;
      if (exchange.answer !== undefined && from !== undefined) this.#giveBody(exchange, from, '');
    }
  }

  /** Reads heads until one begins an answer; gives what follows it. All is done when it gives nothing. */
  #readAnswerHead(exchange: Exchange, bytes: Buffer): Buffer | undefined {
    let rest = exchange.rest === undefined ? bytes : Buffer.concat([exchange.rest, bytes]);
    for (;;) {
      const end = rest.indexOf(HEAD_END);
      if ((end < 0 ? rest.length : end) > this.#shared.limits.headBytes) return this.#failAnswer();
      exchange.rest = rest;
      if (end < 0) return undefined;
      const head = parseAnswerHead(rest.toString('latin1', 0, end));
      rest = rest.subarray(end + HEAD_END.length);
      if (head === undefined) return this.#failAnswer();
      if (head.status >= 200 || head.status === 101) return this.#beginAnswer(exchange, head, rest);
      if (!exchange.mayHint()) return this.#failAnswer();
      // Hints for the client; others are between the app and the door.
      if (head.status === 100 || head.status === 103)
        this.#client.write(`${this.#policy.present(head)}\r\n`, 'latin1');
    }
  }

  #beginAnswer(exchange: Exchange, head: AnswerHead, rest: Buffer): undefined {
    const lines = this.#policy.present(head);
    if (head.status === 101) {
      const agreed = exchange.plan.websocket && elementsOf(head.fields, 'upgrade').join() === 'websocket';
      if (!agreed) return this.#failAnswer();
      this.#client.write(lines + UPGRADED, 'latin1');
      if (rest.length > 0) this.#client.write(rest);
      this.#exchange = undefined;
      this.#tunnel();
      return undefined;
    }
    const framing = exchange.begin(head);
    if (framing === undefined) return this.#failAnswer();
    this.#giveBody(exchange, rest, `${lines}${framing}\r\n`);
    return undefined;
  }

  /** Gives content on, after the head where that has not been said. */
  #giveBody(exchange: Exchange, bytes: Buffer, head: string): void {
    const { answer } = exchange;
    if (answer === undefined) return;
    const client = this.#client;
    if (answer.framing.kind === 'length' && head !== '' && bytes.length <= SMALL) {
      const stop = answer.body.take(bytes, 0, () => undefined);
      client.write(head + bytes.toString('latin1', 0, stop), 'latin1');
      // Bytes after the end belong to no answer that anybody asked for.
      if (answer.body.done) this.#finish(exchange, stop === bytes.length);
      return;
    }
    if (head !== '') client.write(head, 'latin1');
    let stop: number;
    try {
      stop = giveContent(answer, bytes, client);
    } catch {
      client.destroy();
      return;
    }
    if (client.writableNeedDrain) this.#upstream?.socket.pause();
    if (answer.body.done) this.#finish(exchange, stop === bytes.length);
  }

  /** The next one says no more. */
  #endAnswer(): void {
    const { answer } = this.#exchange ?? {};
    if (this.#mode === 'tunnel') {
      this.#client.end();
      return;
    }
    if (this.#exchange !== undefined && answer?.framing.kind === 'until-end') {
      this.#client.write(writeEnd(answer.framing) ?? NOTHING);
      this.#finish(this.#exchange, false);
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
    const upstream = this.#upstream;
    this.#upstream = undefined;
    const exchange = this.#exchange;
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

  #failAnswer(): undefined {
    this.#fail(502);
    return undefined;
  }

  #fail(failure: Failure): false {
    const exchange = this.#exchange;
    if (exchange?.said === true) this.#client.destroy();
    else this.#say(this.#policy.fail(failure, exchange?.head));
    return false;
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
