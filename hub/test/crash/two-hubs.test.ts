// Two hubs on one database and one object store, of which now one and now the other is killed while clients commit to both: what
// either acknowledged, both have.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startInstance, type Instance } from '../harness/instance.ts';
import { openOperatorsServer } from '../harness/operators-database.ts';
import { type PostgresServer } from '../harness/postgres-server.ts';
import { openScratch } from '../harness/scratch.ts';
import { createRepo, Driver, type Site } from './driver.ts';
import { findLosses, requireNextUploads, requireSound, requireWholeStore, untilMore } from './losses.ts';
import { kill, type Victim } from './victims.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const HUBS = ['a', 'b'] as const;
/** What is killed of one hub. */
const OF_A_HUB: readonly Victim[] = ['hub', 'supervisor', 'notary', 'vault', 'runner'];
/** PostgreSQL is the operator's here, and goes with all its sessions. */
const TURN: readonly (OfAHub | 'database')[] = [
  ...OF_A_HUB.flatMap((victim) => HUBS.map((name) => ({ victim, name }))),
  'database',
];
const KILLS = Array.from({ length: LONG ? 5 : 1 }, () => TURN).flat();
const LIMIT = { timeout: LONG ? 1_800_000 : 300_000 };

type Name = (typeof HUBS)[number];
interface OfAHub {
  readonly victim: Victim;
  readonly name: Name;
}

/** Both hubs, each started again when it is killed. */
class Pair {
  readonly #start: (name: Name) => Promise<Instance>;
  readonly #database: PostgresServer;
  readonly running: Record<Name, Instance>;

  private constructor(
    start: (name: Name) => Promise<Instance>,
    database: PostgresServer,
    running: Record<Name, Instance>,
  ) {
    this.#start = start;
    this.#database = database;
    this.running = running;
  }

  /** Starts them in a folder, which holds what they share. */
  static async open(folder: string): Promise<Pair> {
    const server = await openOperatorsServer();
    await server.createDatabase('hub');
    const env = {
      HOLDFAST_OBJECTS: path.join(folder, 'objects'),
      HOLDFAST_KEYS: path.join(folder, 'keys'),
      DATABASE_URL: server.urlOf('hub', 'socket'),
    };
    const start = async (name: Name) => await startInstance({ folder: path.join(folder, name), env });
    return new Pair(start, server.server, { a: await start('a'), b: await start('b') });
  }

  /** Kills a process of one of them, or the database of both, which is started again. */
  async kill(what: OfAHub | 'database'): Promise<void> {
    if (what === 'database') {
      await this.#database.kill();
      await this.#database.start();
      return;
    }
    const { name, victim } = what;
    this.running[name] = await kill(victim, this.running[name], () => this.#start(name));
  }

  async end(): Promise<void> {
    for (const name of HUBS) await this.running[name][Symbol.asyncDispose]();
  }
}

void test('acknowledged commits of two hubs survive kills of either', LIMIT, async (t) => {
  await using scratch = await openScratch('pair');
  const pair = await Pair.open(scratch.path);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => pair.end());
  const token = await pair.running.a.createToken({ user: 'admin', role: 'write' });
  const siteOf = (name: Name): Site => ({ url: pair.running[name].url, token, repo: 'admin/battered' });
  const sites = { a: siteOf('a'), b: siteOf('b') };
  await createRepo(sites.a);

  const stop = new AbortController();
  const drivers = HUBS.map((name) => new Driver(name, sites[name]));
  const running = Promise.all(drivers.map((driver) => driver.run(stop.signal)));
  try {
    for (const what of KILLS) {
      await untilMore(drivers, `before a kill: ${JSON.stringify(what)}`);
      await delay(randomInt(800));
      await pair.kill(what);
      for (const name of HUBS) sites[name].url = pair.running[name].url;
    }
    for (const driver of drivers) await untilMore([driver], 'after all kills');
  } finally {
    stop.abort();
    await running;
  }
  const total = drivers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  for (const name of HUBS) {
    const losses = await findLosses(sites[name], drivers);
    t.diagnostic(
      `${KILLS.length} kills, ${total} commits acknowledged, ${losses.length} lost as ${name} answers`,
    );
    assert.deepEqual(losses, []);
  }
  const strange = drivers.flatMap((driver) => driver.strange);
  assert.deepEqual(strange, [], 'nobody was told something untrue');
  await requireSound(pair.running.a);
  for (const name of HUBS) await requireNextUploads(sites[name]);
  await pair.end();
  await requireWholeStore(path.join(scratch.path, 'objects'));
});
