// A stranger asks the origin of a private Space whether it is there. What they are told, and when, is what the origin of a
// Space that is not there tells.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { ask, assertSameTime, closeAnswers, type Answer } from '../harness/timed-answers.ts';

interface Question {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const PAGE = { accept: 'text/html,*/*' };
const QUESTIONS: readonly Question[] = [
  { path: '/' },
  { path: '/', headers: PAGE },
  { path: '/index.html' },
  { path: '/no/such/file?x=1', headers: PAGE },
  { method: 'HEAD', path: '/' },
  { method: 'OPTIONS', path: '/' },
  { method: 'POST', path: '/gradio_api/call/predict', body: '{}' },
  { method: 'PUT', path: '/', body: '{}' },
  { method: 'DELETE', path: '/' },
  { path: '/-/enter?ticket=a.b.c.d.e' },
  { path: '/-/frame?ticket=a.b.c.d.e' },
  { path: '/', headers: { ...PAGE, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' } },
  { path: '/', headers: { 'x-hf-authorization': 'Bearer hf_nobody' } },
  { path: '/', headers: { cookie: 'holdfast-space=forged' } },
];
const TIMED: readonly Question[] = [{ path: '/' }, { path: '/', headers: PAGE }];

/** What a stranger sees of a redirect to the sign-in: a mark that is new each time, and the label that they asked for. */
function withoutMarks({ ms: _ms, headers, ...rest }: Answer, name: string): object {
  const text = JSON.stringify(headers)
    .replaceAll(name, 'NAME')
    .replaceAll(/browser=[\w-]{43}/g, 'browser=MARK')
    .replaceAll(/mark=[\w-]{43}/g, 'mark=MARK');
  return { ...rest, body: rest.body.replaceAll(name, 'NAME'), headers: JSON.parse(text) as unknown };
}

for (const sdk of ['static', 'gradio'] as const)
  void test(`the origin of a private Space of ${sdk} answers strangers as a missing one does`, async (t) => {
    await using instance = await startInstance();
    const cast = await openCast(instance);
    const files = [
      { path: 'README.md', content: `---\nsdk: ${sdk}\n---\n` },
      { path: 'index.html', content: 'here' },
    ];
    const made = await ask(`${instance.url}/api/repos/create`, {
      ...{ method: 'POST', token: cast.HF_TOKEN },
      body: JSON.stringify({ name: 'hidden', type: 'space', sdk, private: true, files }),
    });
    assert.equal(made.status, 200, made.body);
    const askOf = async (name: string, { headers, path, ...rest }: Question & { token?: string }) =>
      await ask(`http://127.0.0.1:${instance.port}${path}`, {
        ...rest,
        headers: { ...headers, host: `admin-${name}.localhost:${instance.port}` },
      });
    // Its own people find it.
    assert.notEqual((await askOf('hidden', { path: '/', token: cast.HF_TOKEN })).status, 404);
    for (const token of [cast.OTHER_TOKEN, undefined]) {
      const who = token === undefined ? 'anonymous' : 'signed in';
      const asking = { ...(token !== undefined && { token }) };
      for (const question of QUESTIONS)
        await t.test(`${question.method ?? 'GET'} ${question.path}, ${who}`, async () => {
          const hidden = await askOf('hidden', { ...question, ...asking });
          const missing = await askOf('absent', { ...question, ...asking });
          assert.deepEqual(withoutMarks(hidden, 'hidden'), withoutMarks(missing, 'absent'));
        });
      for (const question of TIMED)
        await t.test(`${JSON.stringify(question)} in the same time, ${who}`, async () => {
          await assertSameTime(t, (name) => askOf(name, { ...question, ...asking }));
        });
    }
    closeAnswers();
  });
