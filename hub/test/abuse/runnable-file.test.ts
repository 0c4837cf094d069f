// An attacker commits a page or a script and sends its address to somebody who is signed in here: it must not act as
// this site, and another site must not read what its visitor may see.
import assert from 'node:assert/strict';
import test from 'node:test';
import { commit, regularFile, sampleOf, uploadFile } from '../harness/lfs.ts';
import { openServedHub } from '../harness/served-hub.ts';

const SCRIPT = '<html xmlns="http://www.w3.org/1999/xhtml"><script>fetch("/api/whoami-v2")</script></html>';
const NAMES = [
  'page.html',
  'page.xhtml',
  'image.svg',
  'feed.xml',
  'app.js',
  'style.css',
  'doc.pdf',
  'noextension',
  'x.HTM',
];

void test('nothing that a browser would run is served as something it runs', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const to = { token, repo: 'ada/model' };
  await commit(
    hub,
    to,
    NAMES.map((name) => regularFile(name, SCRIPT)),
  );
  await uploadFile(hub, { ...to, sample: sampleOf(SCRIPT), path: 'large.html' });
  for (const word of ['resolve', 'raw'])
    for (const name of [...NAMES, 'large.html']) {
      const headers = {
        authorization: `Bearer ${token}`,
        accept: 'text/html',
        origin: 'https://evil.example',
      };
      const answer = await fetch(`${hub.url}/ada/model/${word}/main/${name}`, { headers });
      assert.equal(answer.status, 200, name);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(answer.headers.get('content-security-policy'), 'sandbox');
      assert.match(
        answer.headers.get('content-type') ?? '',
        /^(?:text\/plain|application\/octet-stream)/,
        name,
      );
      assert.equal(answer.headers.get('access-control-allow-credentials'), null);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      if (word === 'resolve')
        assert.match(answer.headers.get('content-disposition') ?? '', /^attachment;/, name);
    }
});

void test('a cookie opens nothing', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const headers = { cookie: `token=${token}; authorization=Bearer ${token}; session=${token}` };
  const answer = await fetch(`${hub.url}/ada/model/resolve/main/.gitattributes`, { headers });
  assert.equal(answer.status, 401);
});
