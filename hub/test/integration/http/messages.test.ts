// What people read when they are refused: it says what is wrong and what would help.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub, OPERATOR } from '../../harness/served-hub.ts';

void test('a refusal says what is wrong and what would help', async (t) => {
  await using hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const bob = await hub.addUser('bob');
  await hub.addRepo('ada/model', { visibility: 'public' });
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  const readOnly = (await hub.addToken('ada', 'read')).text;
  const say = async (token: string | undefined, line: string, body?: object) => {
    const [method = '', path = ''] = line.split(' ');
    const answer = await fetch(hub.url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return ((await answer.json()) as { error: string }).error;
  };
  const cases: [string, () => Promise<string>, RegExp][] = [
    [
      'a token that may not what its owner may',
      () => say(readOnly, 'POST /api/models/ada/model/branch/dev', {}),
      /needs a token with write access\. Your account has the right, this token has not/,
    ],
    [
      'an account that may not',
      () => say(bob, 'POST /api/models/ada/model/branch/dev', {}),
      /needs write access\.$/,
    ],
    [
      'a list of what an organisation stores',
      () => say(bob, 'GET /api/organizations/acme/settings/repositories'),
      /list the storage of "acme"/,
    ],
    [
      'no token',
      () => say(undefined, 'GET /api/whoami-v2'),
      /access token, and none was sent.*admin token create/,
    ],
    ['a number that is none', () => say(ada, 'GET /api/models?limit=abc'), /"limit" must be a number\.$/],
    ['a name', () => say(ada, 'POST /api/repos/create', { name: '-a' }), /starting and ending with a letter/],
    ['no path', () => say(ada, 'GET /ada/model/resolve/main/'), /a path is missing/],
    [
      'a folder that is a file',
      () => say(ada, 'GET /api/models/ada/model/tree/main/.gitattributes'),
      /^A folder with the name ".gitattributes" does not exist/,
    ],
  ];
  for (const [name, ask, expected] of cases)
    await t.test(name, async () => {
      assert.match(await ask(), expected);
    });
});
