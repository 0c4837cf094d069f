// Secrets of a real app, as root and as an ordinary user: it uses one that it cannot see, finds the others where they belong, and
// nothing else on the machine has any of them.
import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openAppInstance, type AppInstance } from '../harness/app-instance.ts';
import { isRoot } from '../harness/test-user.ts';
import { huntFiles, huntProcesses } from './hunt.ts';
import { listHolders } from './left.ts';

const MINUTE = 60_000;
const NAME = 'admin/keeper';

/**
 * Says what it finds, by digest, because the hub passes on what it says; and what the hub answers to what it finds. In its log
 * it says everything.
 */
const APP = `
import base64, hashlib, http.server, json, os, sys, time, urllib.parse, urllib.request, urllib.error

def confess(name, value):
    raw = value.encode()
    forms = {"plain": value, "hex": raw.hex(), "json": json.dumps([value]), "url": urllib.parse.quote(value, safe=""),
             "base64": base64.b64encode(raw).decode(), "basic": base64.b64encode(b"user:" + raw).decode(),
             "urlsafe": base64.urlsafe_b64encode(b"u:" + raw).decode(), "wrapped": base64.encodebytes(raw * 5).decode()}
    for form, text in forms.items():
        print("confession of", name, "in", form, text, flush=True, file=sys.stderr if form == "hex" else sys.stdout)
    for letter in value:
        print(letter, end="", flush=True)
        time.sleep(0.005)
    print(" was", name, "letter by letter", flush=True)

confess("PLAIN", os.environ["PLAIN"])
confess("FILED", open(os.environ["FILED_FILE"]).read())

def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()

def whoami():
    request = urllib.request.Request(os.environ["HF_ENDPOINT"] + "/api/whoami-v2",
        headers={"authorization": "Bearer " + os.environ["HF_TOKEN"]})
    try:
        with urllib.request.urlopen(request) as answer:
            return [answer.status, json.load(answer)["name"]]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()[:300]]

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = {"token": os.environ.get("HF_TOKEN"), "variable": digest(os.environ["PLAIN"]),
                 "file": digest(open(os.environ["FILED_FILE"]).read()), "mode": oct(os.stat(os.environ["FILED_FILE"]).st_mode),
                 "whoami": whoami()}
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;

function digest(text = ''): string {
  return hash('sha256', text);
}

interface Said {
  readonly token: string;
  readonly variable: string;
  readonly file: string;
  readonly mode: string;
  readonly whoami: readonly [number, string];
}

class Keeper {
  readonly #url: string;
  readonly #token: string;

  constructor({ instance }: AppInstance, token: string) {
    this.#url = instance.url;
    this.#token = token;
  }

  async ask(target: string, method = 'GET', body?: object | string): Promise<Response> {
    const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
    const answer = await fetch(`${this.#url}${target}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': type },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    assert.ok(answer.ok, `${method} ${target}: ${answer.status} ${await answer.clone().text()}`);
    return answer;
  }

  async push(): Promise<void> {
    const file = (name: string, text: string) => ({
      key: 'file',
      value: { path: name, content: Buffer.from(text).toString('base64'), encoding: 'base64' },
    });
    const lines = [
      { key: 'header', value: { summary: 'An app' } },
      file('README.md', '---\ntitle: Keeper\nsdk: gradio\n---\n'),
      file('app.py', APP),
    ];
    const body = lines.map((line) => JSON.stringify(line)).join('\n');
    await this.ask(`/api/spaces/${NAME}/commit/main`, 'POST', body);
  }

  /** Waits until it runs, and is not about to be replaced. */
  async untilStage(wanted: string): Promise<void> {
    let last = '';
    for (const until = Date.now() + 20 * MINUTE; Date.now() < until;) {
      const runtime = (await (await this.ask(`/api/spaces/${NAME}/runtime`)).json()) as Record<
        string,
        string
      >;
      last = JSON.stringify(runtime);
      if (runtime['stage'] === wanted) return;
      if (runtime['stage']?.endsWith('_ERROR') === true) break;
      await delay(250);
    }
    throw new Error(`the Space is not ${wanted}: ${last}\n${await this.readLog('run')}`);
  }

  /** What a build or an app wrote. What follows is never answered to its end. */
  async readLog(kind: 'build' | 'run'): Promise<string> {
    let text = '';
    try {
      const answer = await fetch(`${this.#url}/api/spaces/${NAME}/logs/${kind}`, {
        headers: { authorization: `Bearer ${this.#token}` },
        signal: AbortSignal.timeout(3_000),
      });
      for await (const part of answer.body ?? []) text += Buffer.from(part).toString();
    } catch {
      // The time is over.
    }
    return text;
  }

  async visit(): Promise<Said> {
    const { host } = (await (await this.ask(`/api/spaces/${NAME}/host`)).json()) as { host: string };
    const { hostname, port } = new URL(host);
    // Not every system resolves names below `localhost`, and `fetch` sets the host itself.
    const headers = { host: `${hostname}:${port}`, authorization: `Bearer ${this.#token}` };
    const asked = request({ host: '127.0.0.1', port, headers }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const text = Buffer.concat(await answer.toArray()).toString();
    assert.equal(answer.statusCode, 200, text);
    return JSON.parse(text) as Said;
  }
}

// Nothing that an app says in its log is a value, and nothing else of it is lost; a build has none that it could say.
async function judgeLogs(keeper: Keeper, values: readonly (string | undefined)[]): Promise<void> {
  const [run, build] = [await keeper.readLog('run'), await keeper.readLog('build')];
  for (const name of ['PLAIN', 'FILED']) {
    assert.match(run, new RegExp(`confession of ${name} in plain \\*\\*\\*`), run);
    assert.match(run, new RegExp(`\\*\\*\\* was ${name} letter by letter`), run);
  }
  assert.match(build, /app\.py|Installing|built|Build/i);
  assert.doesNotMatch(build, /\*\*\*/);
  const forms = values.flatMap((value = '') =>
    (['latin1', 'hex', 'base64', 'base64url'] as const).map((one) => Buffer.from(value).toString(one)),
  );
  for (const form of forms)
    for (let at = 0; at + 10 <= form.length; at += 1)
      assert.ok(![run, build].some((log) => log.includes(form.slice(at, at + 10))), `${run}\n${build}`);
}

for (const as of ['self', 'user'] as const)
  void test(
    `an app uses a secret that it cannot see, started as ${as}`,
    { skip: as === 'user' && !isRoot, timeout: 30 * MINUTE },
    async () => {
      await using apps = await openAppInstance(as);
      const token = await apps.instance.createToken({ user: 'admin', role: 'write' });
      const ofApp = await apps.instance.createToken({ user: 'admin', role: 'read' });
      const keeper = new Keeper(apps, token);
      await keeper.ask('/api/repos/create', 'POST', {
        type: 'space',
        name: 'keeper',
        sdk: 'gradio',
        private: true,
      });
      const [variable, file] = ['variable', 'file'].map(
        (name) => `${name}-${randomBytes(24).toString('base64url')}`,
      );
      const set = (key: string, value: string | undefined, more: object = {}) =>
        keeper.ask(`/api/spaces/${NAME}/secrets`, 'POST', { key, value, ...more });
      await set('HF_TOKEN', ofApp);
      const unused = `sk-proj-${randomBytes(60).toString('base64url')}`;
      await set('OPENAI_API_KEY', unused);
      await set('PLAIN', variable);
      await set('FILED', file, { way: 'file' });
      await keeper.push();
      await keeper.untilStage('RUNNING');
      const said = await keeper.visit();
      assert.notEqual(said.token, ofApp, 'the app does not have it');
      assert.equal(said.token.length, ofApp.length);
      assert.deepEqual(said.whoami, [200, 'admin'], 'and uses it');
      assert.deepEqual([said.variable, said.file, said.mode], [digest(variable), digest(file), '0o100400']);
      await judgeLogs(keeper, [variable, file, ofApp, unused]);
      const hunted = [
        { name: 'brokered', value: unused },
        { name: 'variable', value: variable ?? '' },
        { name: 'file', value: file ?? '' },
      ];
      assert.deepEqual(await huntFiles(apps.data, [...hunted, { name: 'token', value: ofApp }]), []);
      if (as === 'self') {
        // The token is known to the hub by right: it is asked with it.
        const rightly = /vault\/src\/main|door\/src\/run|inside\/src|app\.py/;
        const others = [...(await listHolders(apps.data))].filter(([, command]) => !rightly.test(command));
        assert.ok(others.length > 5, 'there is somebody to look into');
        assert.deepEqual(await huntProcesses(others, hunted), []);
      }
      await keeper.ask(`/api/spaces/${NAME}/pause`, 'POST', {});
      await keeper.untilStage('PAUSED');
      for (const kind of ['released', 'delivered', 'lease', 'ended']) {
        const { stdout } = await apps.instance.command(
          'ledger',
          'list',
          '--kind',
          `secret.${kind}`,
          '--json',
        );
        assert.match(stdout, /secret:/, kind);
      }
    },
  );
