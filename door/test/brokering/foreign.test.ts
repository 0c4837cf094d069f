// Two runs that use what stands in place of a value in the other: at a door that is not its own a placeholder is no more than a text,
// whether the other run is of the same Space or of another.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GrantedSecret } from '../../src/run/lease.ts';
import { openBrokeredIn, until, usualSecrets, type Brokered } from '../harness/brokered.ts';
import { openWorld, type Seen } from '../harness/open-world.ts';
import { say } from '../harness/say.ts';
import { PLAYED, type VALUES } from '../harness/values.ts';

type Name = keyof typeof VALUES;

const CLOSE = 'Connection: close\r\n';

/** Another run's secrets: placeholders of its own, and where it is of another Space, values and versions of its own. */
function secretsOf(isOfOneSpace: boolean): GrantedSecret[] {
  return usualSecrets().map((secret) => ({
    ...secret,
    placeholder: secret.placeholder.replaceAll('HELD', 'HOLD').replaceAll('held', 'hold'),
    ...(!isOfOneSpace && {
      version: Buffer.from(secret.version, 'hex').reverse().toString('hex'),
      value: Buffer.from(secret.value.toString().replaceAll('REAL', 'ELSE').replaceAll('real', 'else')),
    }),
  }));
}

function placeholderOf({ secrets }: Brokered, name: Name): string {
  return secrets.find((one) => one.name === name.toUpperCase())?.placeholder ?? assert.fail(name);
}

/** Sends what fits one secret to its host, with this in its place. */
const WAYS: Readonly<Record<string, (at: Brokered, of: Brokered) => Promise<string>>> = {
  'a bearer': async (at, of) =>
    await at.ask(PLAYED.openai, get(PLAYED.openai, '/v1/models', `Bearer ${placeholderOf(of, 'openai')}`)),
  'a header of its own': async (at, of) =>
    await at.ask(
      PLAYED.anthropic,
      get(PLAYED.anthropic, '/', '', `X-Api-Key: ${placeholderOf(of, 'anthropic')}\r\n`),
    ),
  'the query': async (at, of) =>
    await at.ask(PLAYED.google, get(PLAYED.google, `/v1?key=${placeholderOf(of, 'google')}`, '')),
  'a password': async (at, of) => {
    const basic = Buffer.from(`me:${placeholderOf(of, 'git')}`).toString('base64');
    return await at.ask(PLAYED.git, get(PLAYED.git, '/x/y', `Basic ${basic}`));
  },
  'a request to the hub': async (at, of) =>
    await say(
      at.door,
      get(
        'hub.holdfast.internal',
        'http://hub.holdfast.internal/api/a',
        `Bearer ${placeholderOf(of, 'hub')}`,
      ),
    ),
};

// oxlint-disable-next-line max-params -- the parts of a request in their order
function get(host: string, target: string, authorization: string, more = ''): string {
  const field = authorization === '' ? '' : `Authorization: ${authorization}\r\n`;
  return `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${field}${more}${CLOSE}\r\n`;
}

function reached(seen: readonly Seen[]): string {
  const said = JSON.stringify(seen.filter(({ played, hub }) => played !== undefined || hub !== undefined));
  // A password arrives in base64.
  const basics = [...said.matchAll(/Basic ([\w+/=]+)/g)].map(([, text = '']) => text);
  return [said, ...basics.map((text) => Buffer.from(text, 'base64').toString('latin1'))].join('\n');
}

for (const isOfOneSpace of [true, false])
  void test(`a placeholder is worth nothing at the door of another run of ${isOfOneSpace ? 'its own' : 'another'} Space`, async (t) => {
    await using world = await openWorld();
    await using one = await openBrokeredIn(world, usualSecrets());
    await using other = await openBrokeredIn(world, secretsOf(isOfOneSpace));
    const values = [one, other].flatMap(({ secrets }) => secrets.map(({ value }) => value.toString()));
    const sent = async (way: string, at: Brokered, of: Brokered): Promise<string> => {
      const before = world.seen.length;
      await WAYS[way]?.(at, of);
      assert.ok(await until(() => reached(world.seen.slice(before)) !== '[]'), 'the host was not reached');
      return reached(world.seen.slice(before));
    };
    for (const way of Object.keys(WAYS))
      await t.test(way, async () => {
        for (const [at, of] of [
          [one, other],
          [other, one],
        ] as const) {
          const arrived = await sent(way, at, of);
          assert.ok(
            of.secrets.some(({ placeholder }) => arrived.includes(placeholder)),
            'it goes as it is',
          );
          assert.ok(!values.some((value) => arrived.includes(value)), 'nothing stands in its place');
          assert.deepEqual([...at.vault.words, ...of.vault.words], [], 'nobody asks to use anything');
        }
      });
    await t.test('while each is swapped at its own', async () => {
      for (const at of [one, other])
        for (const way of Object.keys(WAYS)) {
          const arrived = await sent(way, at, at);
          assert.ok(
            at.secrets.some(({ value }) => arrived.includes(value.toString())),
            way,
          );
        }
    });
  });
