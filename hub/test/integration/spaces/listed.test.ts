// Where Spaces are and how they are, in lists as in the info of one, when that is asked for.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub } from '../../harness/served-hub.ts';

interface Listed {
  readonly id: string;
  readonly subdomain?: string;
  readonly host?: string;
  readonly runtime?: { readonly stage: string };
  readonly sha?: string;
}

const FILES = { 'README.md': '---\nsdk: static\n---\n', 'index.html': 'here' };

void test('a list of Spaces says where each is and how it is, a page at a time, to who may know of them', async () => {
  await using hub = await openServedHub();
  const ann = await hub.addUser('ann');
  const bob = await hub.addUser('bob');
  const shown = { type: 'space', sdk: 'static', files: FILES } as const;
  await hub.addRepo('ann/one', { ...shown, visibility: 'public' });
  await hub.addRepo('ann/two', {
    ...shown,
    visibility: 'public',
    files: { 'README.md': '---\nsdk: docker\n---\n' },
  });
  await hub.addRepo('ann/three', { ...shown, visibility: 'private' });
  const ask = async (path: string, token: string): Promise<{ found: Listed[]; link: string | null }> => {
    const answer = await fetch(`${hub.url}/api/spaces${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(answer.status, 200);
    return { found: (await answer.json()) as Listed[], link: answer.headers.get('link') };
  };
  const fields = 'expand=subdomain&expand=host&expand=runtime';
  const { found } = await ask(`?author=ann&${fields}`, ann);
  const seen = found.map(({ id, subdomain, host, runtime }) =>
    [id, subdomain, host, runtime?.stage].join(' '),
  );
  const at = (label: string): string => `http://${label}.localhost:${hub.port}`;
  assert.deepEqual(seen.toSorted(), [
    `ann/one ann-one ${at('ann-one')} RUNNING`,
    `ann/three ann-three ${at('ann-three')} RUNNING`,
    `ann/two ann-two ${at('ann-two')} CONFIG_ERROR`,
  ]);
  for (const { id, ...said } of found) {
    const { id: _id, ...alone } = (await ask(id.replace('ann/', '/ann/') + `?${fields}`, ann))
      .found as unknown as Listed;
    assert.deepEqual(said, alone);
  }
  const others = await ask(`?author=ann&${fields}`, bob);
  assert.deepEqual(others.found.map(({ id }) => id).toSorted(), ['ann/one', 'ann/two']);
  const { found: first, link } = await ask(`?author=ann&limit=2&${fields}`, ann);
  assert.equal(first.length, 2);
  assert.match(link ?? '', /rel="next"/);
  const plain = await ask('?author=ann', ann);
  assert.ok(plain.found.every(({ runtime, host }) => runtime === undefined && host === undefined));
});
