// @huggingface/hub, the client for JavaScript.
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { runJavaScript } from './javascript-client.ts';

void test('the calls of @huggingface/hub work', async (t) => {
  await using instance = await startInstance();
  await runJavaScript(t, await openCast(instance));
});
