// How long somebody waits who starts a hub for the first time, once its packages are there.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startInstance } from '../harness/instance.ts';

void test('./holdfast start serves within 60 s the first time', async (t) => {
  const began = performance.now();
  await using instance = await startInstance();
  const answer = await fetch(`${instance.url}/healthz`);
  const seconds = (performance.now() - began) / 1000;
  assert.equal(answer.status, 200);
  const page = await fetch(`${instance.url}/sign-in`);
  assert.match(await page.text(), /<form method="post"/, 'the pages were built');
  t.diagnostic(`${seconds.toFixed(1)} s`);
  assert.ok(seconds < 60, `${seconds.toFixed(1)} s`);
});
