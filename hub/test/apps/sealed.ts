// A sealed vault, from the operator's command to the app: a Space with secrets waits and says why, nothing is set meanwhile, and
// once the vault is open the Space starts by itself.
import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { commit, pause, post, untilStage, visit, type Site } from '../harness/app-site.ts';

const NAME = 'waiter';
const PATIENCE = 600_000;

/** Says what it has, by digest. */
const APP = `
import hashlib, http.server, os

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = hashlib.sha256(os.environ["PLAIN"].encode()).hexdigest().encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;

async function untilItWaits({ instance, token, owner }: Site): Promise<void> {
  let said = '';
  for (const until = Date.now() + PATIENCE; Date.now() < until; await delay(300)) {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${instance.url}/api/spaces/${owner}/${NAME}/runtime`, { headers });
    said = await answer.text();
    assert.notEqual(
      (JSON.parse(said) as { stage: string }).stage,
      'RUNNING',
      'it has no secrets to run with',
    );
    if (said.includes('The vault is sealed')) return;
  }
  assert.fail(`it does not say that it waits: ${said}`);
}

/** Shows it. */
export async function proveSealed(site: Site): Promise<void> {
  const { instance, token, owner } = site;
  await post(site, '/api/repos/create', [{ type: 'space', name: NAME, sdk: 'gradio', private: true }]);
  const value = randomBytes(24).toString('base64url');
  await post(site, `/api/spaces/${owner}/${NAME}/secrets`, [{ key: 'PLAIN', value }]);
  assert.equal((await instance.command('vault', 'seal')).status, 0);
  const files = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': APP };
  await commit(site, { type: 'space', name: NAME, files });
  await untilItWaits(site);
  const refused = await fetch(`${instance.url}/api/spaces/${owner}/${NAME}/secrets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ key: 'OTHER', value }),
  });
  assert.deepEqual([refused.status, refused.headers.get('x-error-code')], [503, 'SecretVaultSealed']);
  assert.equal((await instance.command('vault', 'unseal')).status, 0);
  await untilStage(site, NAME);
  const { status, body } = await visit(site, NAME, { path: '/' });
  assert.deepEqual([status, body], [200, hash('sha256', value)]);
  await pause(site, NAME);
}
