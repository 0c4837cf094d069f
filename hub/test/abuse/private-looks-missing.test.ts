// A stranger asks whether a private repository exists. Status, body, headers and time must be those of one that is not.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly ms: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

async function ask(
  url: string,
  init: { method?: string; token?: string; body?: string } = {},
): Promise<Answer> {
  const startedAt = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = {
    ...(init.token !== undefined && { authorization: `Bearer ${init.token}` }),
    ...(init.body !== undefined && {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(init.body),
    }),
  };
  const outgoing = request(url, { method: init.method ?? 'GET', headers, agent }, (incoming) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
    incoming.on('end', () => {
      const { date: _date, 'x-request-id': _id, ...rest } = incoming.headers;
      resolve({ status: incoming.statusCode ?? 0, headers: rest, body, ms: performance.now() - startedAt });
    });
  });
  outgoing.on('error', reject).end(init.body);
  return await promise;
}

// `ID` stands for the repository.
const QUESTIONS: readonly { method?: string; path: string; body?: string }[] = [
  { path: '/api/models/ID' },
  { path: '/api/models/ID?blobs=true&expand=siblings' },
  { path: '/api/models/ID/revision/main' },
  { path: '/api/models/ID/revision/nothing' },
  { path: '/api/models/ID/tree/main' },
  { path: '/api/models/ID/tree/main/a/b?recursive=true' },
  { path: '/api/models/ID/refs' },
  { path: '/api/models/ID/commits/main' },
  { path: '/api/models/ID/auth-check' },
  { path: '/api/models/ID/auth-check/write' },
  { path: '/api/models/ID/likers' },
  { path: '/api/models/ID/lfs-files' },
  { path: '/ID/resolve/main/README.md' },
  { path: '/ID/raw/main/README.md' },
  { method: 'HEAD', path: '/ID/resolve/main/.gitattributes' },
  { method: 'POST', path: '/api/models/ID/paths-info/main', body: '{"paths":["a"]}' },
  {
    method: 'POST',
    path: '/api/models/ID/preupload/main',
    body: '{"files":[{"path":"a","size":1,"sample":"YQ=="}]}',
  },
  { method: 'POST', path: '/api/models/ID/branch/b', body: '{}' },
  { method: 'POST', path: '/api/models/ID/tag/main', body: '{"tag":"t"}' },
  { method: 'DELETE', path: '/api/models/ID/branch/b' },
  { method: 'PUT', path: '/api/models/ID/settings', body: '{"private":false}' },
  { method: 'POST', path: '/api/models/ID/duplicate', body: '{"repository":"other/copy"}' },
  { method: 'POST', path: '/api/models/ID/like' },
  {
    method: 'POST',
    path: '/ID.git/info/lfs/objects/batch',
    body: `{"operation":"download","objects":[{"oid":"${'a'.repeat(64)}","size":1}]}`,
  },
];

void test('a private repository answers strangers as a missing one does', async (t) => {
  await using instance = await startInstance();
  const cast = await openCast(instance);
  const created = await ask(`${instance.url}/api/repos/create`, {
    method: 'POST',
    token: cast.HF_TOKEN,
    body: '{"name":"hidden","private":true}',
  });
  assert.equal(created.status, 200, created.body);
  assert.equal((await ask(`${instance.url}/api/models/admin/hidden`, { token: cast.HF_TOKEN })).status, 200);

  for (const token of [cast.OTHER_TOKEN, undefined])
    for (const { method, path, body } of QUESTIONS)
      await t.test(
        `${method ?? 'GET'} ${path}, ${token === undefined ? 'anonymous' : 'signed in'}`,
        async () => {
          const [hidden, missing] = await Promise.all(
            ['admin/hidden', 'admin/absent'].map((id) =>
              ask(instance.url + path.replace('ID', id), {
                ...(method !== undefined && { method }),
                ...(body !== undefined && { body }),
                ...(token !== undefined && { token }),
              }),
            ),
          );
          assert.ok(hidden !== undefined && missing !== undefined);
          assert.deepEqual({ ...hidden, ms: 0 }, { ...missing, ms: 0 });
          assert.ok([401, 404].includes(missing.status), String(missing.status));
        },
      );

  await t.test('in the same time: medians of 1,000 differ by less than 5 %', async () => {
    const ask1000 = async (): Promise<number> => {
      const times: { hidden: number[]; absent: number[] } = { hidden: [], absent: [] };
      // Alternated and in both orders, so that neither pays for what the machine does meanwhile.
      for (let n = 0; n < 1000; n += 1)
        for (const name of n % 2 === 0 ? (['hidden', 'absent'] as const) : (['absent', 'hidden'] as const)) {
          const answer = await ask(`${instance.url}/api/models/admin/${name}`, { token: cast.OTHER_TOKEN });
          times[name].push(answer.ms);
        }
      const [hidden, absent] = [median(times.hidden), median(times.absent)];
      t.diagnostic(`medians: hidden ${hidden.toFixed(3)} ms, missing ${absent.toFixed(3)} ms`);
      return Math.abs(hidden - absent) / absent;
    };
    // A machine under load differs from itself by more than this now and then; a leak differs every time.
    const differences: number[] = [];
    while (differences.length < 4 && !differences.some((difference) => difference < 0.05))
      differences.push(await ask1000());
    assert.ok(Math.min(...differences) < 0.05, String(differences));
  });
  agent.destroy();
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
