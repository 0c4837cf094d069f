// The notary killed in the middle of its work, again and again, while acts are recorded: nobody waits for it, and in the
// end every entry is signed once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startInstance, type Instance } from '../harness/instance.ts';
import { listDescendants } from '../harness/processes.ts';

const LIMIT = { timeout: 240_000 };
const KILLS = 6;

async function findNotary(instance: Instance): Promise<number | undefined> {
  const running = await listDescendants(instance.pid);
  return running.find(({ node, command }) => node && command.includes('notary/src/main.ts'))?.pid;
}

void test(
  'a notary that is killed again and again orders and signs everything in the end',
  LIMIT,
  async () => {
    await using instance = await startInstance();
    const token = await instance.createToken({ user: 'admin', role: 'write' });
    let made = 0;
    let slowest = 0;
    const stop = new AbortController();
    const write = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const began = performance.now();
        const answer = await fetch(`${instance.url}/api/repos/create`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ name: `repo-${made}`, private: true }),
        });
        assert.equal(answer.status, 200);
        slowest = Math.max(slowest, performance.now() - began);
        made += 1;
        await delay(5);
      }
    };
    const writing = write();
    for (let kills = 0; kills < KILLS;) {
      await delay(300 + 200 * Math.random());
      const pid = await findNotary(instance);
      if (pid === undefined) continue;
      process.kill(pid, 'SIGKILL');
      kills += 1;
    }
    stop.abort();
    await writing;
    assert.ok(made > 50, `${made} acts were recorded meanwhile`);
    assert.ok(slowest < 5_000, `the slowest took ${slowest} ms: none waits until there is a notary again`);
    const until = Date.now() + 60_000;
    const exported = async (): Promise<string> => (await instance.command('ledger', 'export')).stdout;
    const signed = (text: string): number => text.split('"kind":"repo.created"').length - 1;
    let text = await exported();
    while (/"type":"unordered"/.test(text) && Date.now() < until) {
      await delay(500);
      text = await exported();
    }
    assert.equal(signed(text), made, 'every act is there once');
    const verdict = await instance.command('ledger', 'verify', '--json');
    assert.equal(verdict.status, 0, verdict.stdout);
    assert.match(verdict.stdout, /"pinned":true/);
    assert.match(verdict.stdout, / 0 waiting/);
  },
);
