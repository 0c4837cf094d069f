// A form of a stranger costs the hub next to nothing: it is refused by its head, by its size, or by its number of fields,
// each before anything is made of it.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import test from 'node:test';
import { KiB, MiB } from '@holdfast/kernel/size';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';

const MOST_FIELDS = 200;
const MOST_PATHS = 2000;

void test('a form of nobody knows where is refused before its body came', async () => {
  await using hub = await openServedHub();
  // The whole body is announced, and not a byte of it is sent.
  const answer = await send(hub, '/sign-in', { headers: { 'content-length': String(KiB) } });
  assert.deepEqual(answer, [403, 'PageForeignForm']);
});

void test('a form of a page has a size and a number of fields that a person can fill in', async () => {
  await using hub = await openServedHub();
  const headers = { origin: `http://localhost:${hub.port}` };
  const post = async (body: string) => await send(hub, '/sign-in', { headers, body });
  assert.deepEqual(await post('a&'.repeat(MiB / 2)), [413, 'RequestBodyTooLarge']);
  assert.deepEqual(await post(`name=${'x'.repeat(32 * KiB)}`), [413, 'RequestBodyTooLarge']);
  assert.deepEqual(await post('a&'.repeat(MOST_FIELDS)), [400, 'RequestBodyMalformed']);
  const fits = await post(`${'a&'.repeat(MOST_FIELDS - 1)}a`);
  assert.deepEqual(fits, [401, undefined], 'the page with its complaint');
});

void test('a form of paths holds as many as clients may ask for, and a megabyte of fields does not stop the loop', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const path = '/api/models/ada/model/paths-info/main';
  const headers = { authorization: `Bearer ${token}` };
  const post = async (body: string) => await send(hub, path, { headers, body });
  const paths = Array.from({ length: MOST_PATHS }, (_, n) => `paths=some%2Fpath+${n}`);
  assert.deepEqual(await post([...paths, 'expand=False'].join('&')), [200, undefined]);
  assert.deepEqual(await post('paths=a'), [200, undefined]);
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  assert.deepEqual(await post('a&'.repeat(MiB / 2 - 1)), [400, 'RequestBodyMalformed']);
  // As many bytes as may be sent, in as many fields as may be.
  assert.deepEqual(await post(paths.map(() => `paths=${'%41'.repeat(170)}`).join('&')), [200, undefined]);
  delays.disable();
  assert.ok(delays.max / 1e6 < 500, `the loop stood still for ${Math.round(delays.max / 1e6)} ms`);
});

async function send(
  hub: ServedHub,
  path: string,
  { headers, body }: { headers: Readonly<Record<string, string>>; body?: string },
) {
  const { promise, resolve, reject } = Promise.withResolvers<[number, string | undefined]>();
  const outgoing = request(
    {
      ...{ port: hub.port, path, method: 'POST', agent: false, signal: AbortSignal.timeout(20_000) },
      headers: {
        host: `localhost:${hub.port}`,
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
    },
    (incoming) => {
      incoming.resume();
      resolve([incoming.statusCode ?? 0, incoming.headers['x-error-code'] as string | undefined]);
      // What was announced and never sent.
      if (body === undefined) outgoing.destroy();
    },
  ).on('error', reject);
  if (body === undefined) outgoing.flushHeaders();
  else outgoing.end(body);
  return await promise;
}
