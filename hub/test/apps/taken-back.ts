// A secret that is deleted while nothing new can be built: the run that has it does not go on. As on the ledger, it is then nobody's.
import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { TOLD } from '@holdfast/kernel/told/told';
import { commit, pause, post, untilStage, visit, type Site } from '../harness/app-site.ts';

const NAME = 'leaver';
const PATIENCE = 300_000;

/** Says what it has, by digest. */
const APP = `
import hashlib, http.server, os

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = hashlib.sha256(os.environ.get("PLAIN", "").encode()).hexdigest().encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;
const FILES = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': APP };

async function seen(site: Site): Promise<readonly [number | undefined, string]> {
  const { status, body } = await visit(site, NAME, { path: '/' });
  return [status, body];
}

/** What the ledger says of runs that ended. */
async function whyEnded({ instance }: Site): Promise<string> {
  const { stdout } = await instance.command('ledger', 'list', '--kind', 'space.run-ended', '--json');
  return stdout;
}

async function deleteSecret({ instance, token, owner }: Site): Promise<void> {
  const answer = await fetch(`${instance.url}/api/spaces/${owner}/${NAME}/secrets`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ key: 'PLAIN' }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

/** Waits until its runtime says that what ran was ended, and the reason why nothing follows. */
async function untilSaid(site: Site, why: RegExp): Promise<void> {
  let said = '';
  for (const until = Date.now() + PATIENCE; Date.now() < until; await delay(300)) {
    said = await untilStage(site, NAME, 'BUILD_ERROR');
    const { errorMessage = '' } = JSON.parse(said) as { readonly errorMessage?: string };
    const [first, ...rest] = errorMessage.split('\n');
    if (first !== TOLD['app.taken-back']) continue;
    assert.match(rest.join('\n'), why);
    return;
  }
  assert.fail(`it does not say that it was ended: ${said}`);
}

/** Deletes it, and waits until what ran was ended for that, as its page and the ledger say; `times`: with this one. */
async function endByDeleting(
  site: Site,
  { why, times }: { readonly why: RegExp; readonly times: number },
): Promise<void> {
  await deleteSecret(site);
  await untilSaid(site, why);
  assert.equal((await seen(site))[0], 503);
  const isRecorded = async () => (await whyEnded(site)).split('a secret that was deleted').length > times;
  for (const until = Date.now() + PATIENCE; !(await isRecorded());)
    assert.ok(Date.now() < until, await whyEnded(site));
}

/** Shows it, where the runner finds out that nothing follows, and where the hub does. */
export async function proveTakenBack(site: Site): Promise<void> {
  await post(site, '/api/repos/create', [{ type: 'space', name: NAME, sdk: 'gradio', private: true }]);
  const value = randomBytes(24).toString('base64url');
  await post(site, `/api/spaces/${site.owner}/${NAME}/secrets`, [{ key: 'PLAIN', value }]);
  await commit(site, { type: 'space', name: NAME, files: FILES });
  await untilStage(site, NAME);
  assert.deepEqual(await seen(site), [200, hash('sha256', value)]);
  await commit(site, { type: 'space', name: NAME, files: { 'requirements.txt': '-e .' } });
  await untilStage(site, NAME, 'BUILD_ERROR');
  assert.deepEqual(await seen(site), [200, hash('sha256', value)], 'a typing error ends nothing');
  await endByDeleting(site, { why: /requirements\.txt, line 1/, times: 1 });
  await commit(site, { type: 'space', name: NAME, files: { 'requirements.txt': '' } });
  await untilStage(site, NAME);
  assert.deepEqual(await seen(site), [200, hash('sha256', '')]);
  await post(site, `/api/spaces/${site.owner}/${NAME}/secrets`, [{ key: 'PLAIN', value }]);
  await untilStage(site, NAME);
  assert.deepEqual(await seen(site), [200, hash('sha256', value)]);
  const readme = '---\nsdk: gradio\npreload_from_hub:\n- nobody/nothing\n---\n';
  await commit(site, { type: 'space', name: NAME, files: { 'README.md': readme } });
  await untilStage(site, NAME, 'BUILD_ERROR');
  assert.deepEqual(await seen(site), [200, hash('sha256', value)]);
  await endByDeleting(site, { why: /there is no model nobody\/nothing/, times: 2 });
  await pause(site, NAME);
}
