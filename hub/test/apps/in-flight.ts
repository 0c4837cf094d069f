// An app that somebody took over tries to get hold of the value that is brokered for it: it has a host say it back, in the forms that a
// host may. Then its secret is taken away in the middle of an answer. Hub, vault, runner, door and sandbox are real; the host is played.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { PLAYED } from '@holdfast/door/played/values';
import { commit, post, untilStage, visit, type Site } from '../harness/app-site.ts';
import { type Outside } from '../harness/outside.ts';
import { type HostKeys } from './public-hosts.ts';

const NAME = 'in-flight';
/** A value is out of use a second after it was taken away (threat 24); the rest is for a machine that has much else to do. */
const SOON_MS = 3_000;

/** As the host says it back: whole, packed, and in a form that only a search for forms finds. */
const ECHOES = ['plain', 'gzip', 'hex', 'base64-1', 'header', 'location', 'split'];

const APP = `
import http.server, json, os, threading
import requests

HOST = "https://${PLAYED.openai}"
BEARER = {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
followed = {"bytes": 0, "ended": None}

def follow():
    try:
        with requests.get(HOST + "/forever", headers=BEARER, stream=True) as answer:
            for chunk in answer.iter_content(None):
                followed["bytes"] += len(chunk)
        followed["ended"] = "whole"
    except Exception as error:
        followed["ended"] = repr(error)

def begin():
    threading.Thread(target=follow).start()
    return {}

def ask(path):
    try:
        answer = requests.get(HOST + path, headers=BEARER)
        return {"status": answer.status_code, "text": answer.content.decode("latin-1"), "fields": dict(answer.headers)}
    except Exception as error:
        return {"status": 0, "text": repr(error), "fields": {}}

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        acts = {"/begin": begin, "/followed": lambda: followed, "/": dict}
        body = json.dumps(acts.get(self.path, lambda: ask(self.path))()).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;

const FILES = {
  'README.md': '---\nsdk: gradio\n---\n',
  'requirements.txt': 'requests==2.34.2\n',
  'app.py': APP,
};

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly fields: Readonly<Record<string, string>>;
}

interface Followed {
  readonly bytes: number;
  readonly ended: string | null;
}

async function open<Answer>(site: Site, path: string): Promise<Answer> {
  const { status, body } = await visit(site, NAME, { path });
  assert.equal(status, 200, body);
  return JSON.parse(body) as Answer;
}

async function until(what: string, isTrue: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await isTrue()) return;
    await delay(100);
  }
  assert.fail(`not within half a minute: ${what}`);
}

async function echoedAt({ instance, token, owner }: Site): Promise<string | null | undefined> {
  const answer = await fetch(`${instance.url}/api/spaces/${owner}/${NAME}/secrets`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const said = (await answer.json()) as Readonly<Record<string, { readonly echoedAt: string | null }>>;
  return said['OPENAI_API_KEY']?.echoedAt;
}

/** Shows it. */
export async function proveInFlight(site: Site, outside: Outside, keys: HostKeys): Promise<void> {
  await post(site, '/api/repos/create', [{ type: 'space', name: NAME, sdk: 'gradio', private: true }]);
  await post(site, `/api/spaces/${site.owner}/${NAME}/secrets`, [
    { key: 'OPENAI_API_KEY', value: keys.openai },
  ]);
  await commit(site, { type: 'space', name: NAME, files: FILES });
  await untilStage(site, NAME);
  await judgeEchoes(site, outside, keys);
  await judgeRevocation(site, outside);
}

async function judgeEchoes(site: Site, outside: Outside, keys: HostKeys): Promise<void> {
  const forms = (['utf8', 'hex', 'base64'] as const).map((form) => Buffer.from(keys.openai).toString(form));
  for (const echo of ECHOES) {
    const from = outside.seen.length;
    const answered = await open<Answered>(site, `/echo/${echo}`);
    assert.ok(outside.seen.length > from, 'the host was asked, with the value');
    const said = JSON.stringify(answered);
    for (const form of forms)
      assert.ok(!said.includes(form.slice(10, 40)), `${echo}: it came back to the app`);
  }
  await until('it is said that a host gave it back', async () => typeof (await echoedAt(site)) === 'string');
  const entries = await site.instance.command('ledger', 'list', '--kind', 'secret.echoed', '--json');
  assert.ok(entries.stdout.includes(PLAYED.openai), 'by which host');
}

async function judgeRevocation(site: Site, outside: Outside): Promise<void> {
  await open(site, '/begin');
  await until('the answer has begun', async () => (await open<Followed>(site, '/followed')).bytes > 0);
  const isClosed = (): boolean => outside.seen.some(({ closed }) => closed === '/forever');
  assert.ok(!isClosed());
  const { instance, token, owner } = site;
  const answer = await fetch(`${instance.url}/api/spaces/${owner}/${NAME}/secrets`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ key: 'OPENAI_API_KEY' }),
  });
  assert.equal(answer.status, 200, await answer.text());
  const deleted = Date.now();
  await until('the host is left', isClosed);
  assert.ok(Date.now() - deleted < SOON_MS, `${Date.now() - deleted} ms`);
  await until('the app is told', async () => (await open<Followed>(site, '/followed')).ended !== null);
  const from = outside.seen.length;
  const { status } = await open<Answered>(site, '/v1/models');
  assert.ok(status >= 400 || status === 0, `${status}`);
  assert.deepEqual(outside.seen.slice(from), [], 'no host is asked any more');
}
