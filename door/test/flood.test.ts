// An app that floods its door, with connections and with brokered calls, keeps nobody waiting at another app's door: each is a process
// of its own, and the vault is asked for each by itself.
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { openBrokeredIn, until, usualSecrets, type Brokered } from './harness/brokered.ts';
import { openWorld } from './harness/open-world.ts';
import { PLAYED, VALUES } from './harness/values.ts';

const CALLS = 20;
/** More than a door takes at once. */
const CONNECTIONS = 700;
const CALL = `GET /v1/models HTTP/1.1\r\nHost: ${PLAYED.openai}\r\nAuthorization: Bearer ${VALUES.openai[1]}\r\nConnection: close\r\n\r\n`;

/** Opens connections to a door and keeps them: some say nothing, some ask at once, and what it closes is opened anew. */
class Flood implements AsyncDisposable {
  opened = 0;
  readonly #open = new Set<Socket>();
  readonly #path: string;
  readonly #over = new AbortController();
  readonly #work: Promise<void>;

  constructor({ door }: Brokered) {
    this.#path = join(door.out, 'door.sock');
    this.#work = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#over.signal.aborted) {
      // A little at a time, so that the test itself is not what waits.
      for (let n = 0; n < 20 && this.#open.size < CONNECTIONS; n += 1) this.#connect();
      await turn();
    }
  }

  #connect(): void {
    this.opened += 1;
    const socket = connect(this.#path);
    this.#open.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#open.delete(socket));
    socket.resume();
    if (this.opened % 2 === 0)
      socket.write(
        `GET http://models.example.org/ HTTP/1.1\r\nHost: models.example.org\r\nConnection: close\r\n\r\n`,
      );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#work;
    for (const socket of this.#open) socket.destroy();
  }
}

void test(
  'a door that is flooded keeps the app behind another one from nothing',
  { timeout: 180_000 },
  async () => {
    await using world = await openWorld();
    await using flooded = await openBrokeredIn(world, usualSecrets());
    await using other = await openBrokeredIn(world, usualSecrets());
    // Each call of it is asked for.
    other.vault.uses = 1;
    await using flood = new Flood(flooded);
    assert.ok(await until(() => flood.opened >= 2_000, 60_000), 'it is flooded');
    const before = flood.opened;
    for (let n = 0; n < CALLS; n += 1)
      assert.match(await other.ask(PLAYED.openai, CALL), /^HTTP\/1\.1 200 [^]*brokered hello/, `call ${n}`);
    assert.ok(flood.opened > before, 'and was flooded all the while');
    assert.equal(other.vault.words.filter(({ type }) => type === 'ask').length, CALLS);
    assert.ok(
      flooded.door.frames.some(({ type }) => type === 'refused'),
      'it has more than a door takes',
    );
    assert.deepEqual(
      other.door.frames.filter(({ type }) => type === 'refused'),
      [],
    );
  },
);
