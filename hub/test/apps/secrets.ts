// Secrets of a real app: it uses one that it cannot see, finds the others where they belong, and nothing else on the machine
// has any of them.
import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { TestBrowser } from '../harness/test-browser.ts';
import { commit, pause, post, readLog, untilStage, visit, type Site } from '../harness/app-site.ts';
import { openScratch } from '../harness/scratch.ts';
import { openSuperuser } from '../harness/superuser.ts';
import { huntFiles, huntTables, type Hunted } from './hunt.ts';
import { findSurvivors, listHolders } from './left.ts';
import { huntTemporary, judgeAfterwards, judgeProcesses } from './who-has.ts';

const NAME = 'keeper';

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

function digest(text: string): string {
  return hash('sha256', text);
}

interface Said {
  readonly token: string;
  readonly variable: string;
  readonly file: string;
  readonly mode: string;
  readonly whoami: readonly [number, string];
}

// Nothing that an app says in its log is a value, and nothing else of it is lost; a build has none that it could say.
async function judgeLogs(site: Site, values: readonly string[]): Promise<void> {
  const [run, build] = [await readLog(site, NAME), await readLog(site, NAME, 'build')];
  for (const name of ['PLAIN', 'FILED']) {
    assert.match(run, new RegExp(`confession of ${name} in plain \\*\\*\\*`), run);
    assert.match(run, new RegExp(`\\*\\*\\* was ${name} letter by letter`), run);
  }
  assert.match(build, /app\.py|Installing|built|Build/i);
  assert.doesNotMatch(build, /\*\*\*/);
  const forms = values.flatMap((value) =>
    (['latin1', 'hex', 'base64', 'base64url'] as const).map((one) => Buffer.from(value).toString(one)),
  );
  for (const form of forms)
    for (let at = 0; at + 10 <= form.length; at += 1)
      assert.ok(![run, build].some((log) => log.includes(form.slice(at, at + 10))), `${run}\n${build}`);
}

/** The page of the Space says that the secret was used; the one that was not, too. */
async function seeUse({ instance }: Site, password: string): Promise<void> {
  const browser = new TestBrowser(instance);
  await browser.signIn('admin', password);
  let shown = '';
  for (let tries = 0; tries < 60; tries += 1) {
    const { body } = await browser.open(`/spaces/admin/${NAME}/settings/app`);
    shown = body.slice(body.indexOf('id="secrets"'));
    if (/Last used[^]*?\b(?:once|[1-9]\d* times)/.test(shown)) break;
    await delay(1_000);
  }
  assert.match(shown, /<code>HF_TOKEN<\/code>[^]*?Last used[^]*?\b(?:once|[1-9]\d* times)/);
  assert.match(shown, /<code>OPENAI_API_KEY<\/code>[^]*?not yet/);
}

/** A search that finds nothing anywhere shows nothing: here it finds each form. */
async function judgeHunt(): Promise<void> {
  await using scratch = await openScratch('hunt');
  const value = randomBytes(24).toString('base64url');
  const [bytes, around] = [Buffer.from(value), randomBytes(50)];
  const within = (content: Buffer | string): Buffer => Buffer.concat([around, Buffer.from(content), around]);
  const planted: Readonly<Record<string, Buffer>> = {
    ...{
      plain: within(bytes),
      hex: within(bytes.toString('hex')),
      wide: within(Buffer.from(value, 'utf16le')),
    },
    ...Object.fromEntries(
      ['', 'a', 'ab'].map((lead) => [
        `base64 ${lead}`,
        within(Buffer.from(`${lead}${value}`).toString('base64')),
      ]),
    ),
    ...{
      'within gzip': within(gzipSync(bytes)),
      'zstd at the end': Buffer.concat([around, zstdCompressSync(bytes)]),
    },
    ...{
      deflate: deflateSync(bytes),
      large: Buffer.concat([Buffer.alloc(9_000_000), within(gzipSync(bytes))]),
    },
  };
  await mkdir(path.join(scratch.path, 'below'));
  for (const [name, content] of Object.entries(planted))
    await writeFile(path.join(scratch.path, 'below', name), content);
  const found = await huntFiles(scratch.path, [{ name: 'it', value }], new Date(0));
  assert.deepEqual(
    found.map(({ where }) => path.basename(where)).toSorted(),
    Object.keys(planted).toSorted(),
  );
}

/** What a process leaves that is ended by an error of its own. */
async function crashHub({ instance }: Site): Promise<void> {
  const before = await instance.hubPid();
  process.kill(before, 'SIGABRT');
  for (const until = Date.now() + 120_000; Date.now() < until; await delay(200)) {
    const serves = await fetch(`${instance.url}/healthz`).catch(() => undefined);
    if (serves?.ok === true && (await instance.hubPid().catch(() => before)) !== before) return;
  }
  assert.fail('the hub did not come back');
}

/** What is made of it while the app runs: a backup, and what a hub leaves that an error of its own ends. */
async function judgeCopies(site: Site, hunted: readonly Hunted[], began: Date): Promise<void> {
  const { instance } = site;
  const backup = path.join(path.dirname(instance.data), 'backup-of-secrets');
  const made = await instance.command('backup', backup, '--json');
  assert.equal(made.status, 0, made.stderr);
  await crashHub(site);
  assert.deepEqual(await huntFiles(backup, hunted, new Date(0)), []);
  await judgeRest(site, hunted, began);
}

/** Everything at rest: the data folder with database, objects, logs and builds, the keys with the vault's journal, the database row by row, what was printed. */
async function judgeRest({ instance }: Site, hunted: readonly Hunted[], began: Date): Promise<void> {
  assert.deepEqual(await huntFiles(instance.data, hunted, began), []);
  assert.deepEqual(await huntFiles(`${instance.data}.keys`, hunted, new Date(0)), []);
  await using superuser = await openSuperuser(instance);
  assert.deepEqual(await huntTables(superuser, hunted), []);
  for (const { name, value } of hunted) assert.ok(!instance.output.includes(value), `${name} was printed`);
}

/** A Space is paused from the moment that it is said; its run has five seconds to end before it is killed. */
async function untilGone({ instance }: Site, pids: readonly number[]): Promise<void> {
  const remaining = await findSurvivors(async () => {
    const holders = await listHolders(instance.data);
    return new Map([...holders].filter(([pid]) => pids.includes(pid)));
  }, 15);
  assert.deepEqual(remaining, []);
}

/** Shows it. `asRoot`: the memory of other processes can be looked into. */
export async function proveSecrets(
  site: Site,
  { asRoot, password }: { readonly asRoot: boolean; readonly password?: string },
): Promise<void> {
  const { instance } = site;
  const began = new Date();
  const ofApp = await instance.createToken({ user: 'admin', role: 'read' });
  await post(site, '/api/repos/create', [{ type: 'space', name: NAME, sdk: 'gradio', private: true }]);
  const [variable = '', file = ''] = ['variable', 'file'].map(
    (name) => `${name}-${randomBytes(24).toString('base64url')}`,
  );
  const set = (key: string, value: string, more: object = {}) =>
    post(site, `/api/spaces/admin/${NAME}/secrets`, [{ key, value, ...more }]);
  await set('HF_TOKEN', ofApp);
  const unused = `sk-proj-${randomBytes(60).toString('base64url')}`;
  await set('OPENAI_API_KEY', unused);
  await set('PLAIN', variable);
  await set('FILED', file, { way: 'file' });
  const files = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': APP };
  await commit(site, { type: 'space', name: NAME, files });
  await untilStage(site, NAME);
  const { status, body } = await visit(site, NAME, { path: '/' });
  assert.equal(status, 200, body);
  const said = JSON.parse(body) as Said;
  assert.notEqual(said.token, ofApp, 'the app does not have it');
  assert.equal(said.token.length, ofApp.length);
  assert.deepEqual(said.whoami, [200, 'admin'], 'and uses it');
  assert.deepEqual([said.variable, said.file, said.mode], [digest(variable), digest(file), '0o100400']);
  await judgeLogs(site, [variable, file, ofApp, unused]);
  if (password !== undefined) await seeUse(site, password);
  const values = {
    brokered: [{ name: 'brokered', value: unused }],
    // It is used: the hub is asked with it.
    tokens: [{ name: 'token', value: ofApp }],
    given: [
      { name: 'variable', value: variable },
      { name: 'file', value: file },
    ],
  };
  const hunted = [...values.brokered, ...values.tokens, ...values.given];
  const doors = asRoot ? await judgeProcesses(instance, values) : [];
  if (asRoot) assert.deepEqual(await huntTemporary(instance, hunted), []);
  await judgeHunt();
  await judgeCopies(site, hunted, began);
  await pause(site, NAME);
  await untilGone(site, doors);
  if (asRoot) await judgeAfterwards(instance, values);
  if (asRoot) assert.deepEqual(await huntTemporary(instance, hunted), []);
  await judgeRest(site, hunted, began);
  for (const kind of ['released', 'delivered', 'lease', 'ended']) {
    const { stdout } = await instance.command('ledger', 'list', '--kind', `secret.${kind}`, '--json');
    assert.match(stdout, /secret:/, kind);
  }
}
