// Where a real app may connect, as its owner decides it while the app runs: everywhere, to listed hosts, nowhere. What is refused
// is on the ledger.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { PLAYED } from '@holdfast/door/played/values';
import { push, readLog, untilStage, visit, type Site } from '../harness/app-site.ts';
import { type Outside } from '../harness/outside.ts';
import { openSuperuser } from '../harness/superuser.ts';

const NAME = 'reaching';
const [LISTED, OTHER] = [PLAYED.openai, PLAYED.evil];
const MINUTES = 60_000;

/** Tells which run it is, and what it is answered by two hosts. */
const APP = `
import http.server, json, os, urllib.error, urllib.request, uuid
RUN = uuid.uuid4().hex
def reach(host):
    try:
        with urllib.request.urlopen("http://" + host + "/anything", timeout=60) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code) + " " + error.read(500).decode("latin1")
    except OSError as error:
        return "error " + str(error)
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        said = {"run": RUN}
        if self.path == "/reach":
            said.update(listed=reach("${LISTED}"), other=reach("${OTHER}"))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;

interface Said {
  readonly run: string;
  readonly listed?: string;
  readonly other?: string;
}

async function ask(site: Site, path: string): Promise<Said> {
  const { status, body } = await visit(site, NAME, { path });
  assert.equal(status, 200, status === 200 ? '' : `${body}\n${await readLog(site, NAME)}`);
  return JSON.parse(body) as Said;
}

/** Decides it, and waits until a run answers that it is true of. */
async function decide(site: Site, egress: object): Promise<void> {
  const { run } = await ask(site, '/');
  const headers = { authorization: `Bearer ${site.token}`, 'content-type': 'application/json' };
  const where = `${site.instance.url}/api/spaces/${site.owner}/${NAME}/egress`;
  const answer = await fetch(where, { method: 'PUT', headers, body: JSON.stringify(egress) });
  assert.deepEqual([answer.status, await answer.json()], [200, egress]);
  const until = Date.now() + 10 * MINUTES;
  for (;;) {
    // What the run before was asked in its last moment has no answer.
    const { status, body } = await visit(site, NAME, { path: '/' });
    if (status === 200 && (JSON.parse(body) as Said).run !== run) return;
    assert.ok(Date.now() < until, `no other run answers: ${status} ${body}`);
    await delay(250);
  }
}

/** Asks both hosts, and says which of them was asked in truth. */
async function reach(site: Site, outside: Outside): Promise<{ readonly said: Said; readonly met: string[] }> {
  const from = outside.seen.length;
  const said = await ask(site, '/reach');
  return { said, met: outside.seen.slice(from).map(({ played }) => String(played)) };
}

/** The refusals on the ledger, each as its host and why. */
async function refusals({ instance }: Site): Promise<string[]> {
  await using superuser = await openSuperuser(instance);
  const { rows } = await superuser.pool.query<{ readonly said: string }>(
    `select distinct concat(body::jsonb->>'host', ': ', body::jsonb->>'why') as said from ledger.entry
       where kind = 'space.egress-refused' and subject =
         (select subject from ledger.entry where kind = 'space.egress-set' order by at desc limit 1)`,
  );
  return rows.map(({ said }) => said);
}

async function untilRefused(site: Site, wanted: readonly string[]): Promise<void> {
  const until = Date.now() + 2 * MINUTES;
  for (;;) {
    const all = await refusals(site);
    if (wanted.every((one) => all.includes(one))) return;
    assert.ok(Date.now() < until, `${JSON.stringify(all)} is on record`);
    await delay(250);
  }
}

const UNLISTED = 'it is not among the hosts of this Space';
const CLOSED = 'this Space reaches nothing outside';

/** Shows it. */
export async function proveEgress(site: Site, outside: Outside): Promise<void> {
  const files = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': APP };
  await push(site, { type: 'space', name: NAME, files });
  await untilStage(site, NAME);
  const open = await reach(site, outside);
  assert.deepEqual(open.met, [LISTED, OTHER], JSON.stringify(open.said));

  await decide(site, { kind: 'list', hosts: [LISTED] });
  const listed = await reach(site, outside);
  assert.deepEqual(listed.met, [LISTED], JSON.stringify(listed.said));
  assert.equal(listed.said.listed, open.said.listed);
  assert.match(listed.said.other ?? '', new RegExp(`^403 [^]*${UNLISTED}`));
  await untilRefused(site, [`${OTHER}: ${UNLISTED}`]);

  await decide(site, { kind: 'closed' });
  const closed = await reach(site, outside);
  assert.deepEqual(closed.met, [], JSON.stringify(closed.said));
  for (const said of [closed.said.listed, closed.said.other])
    assert.match(said ?? '', new RegExp(`^403 [^]*${CLOSED}`));
  await untilRefused(site, [`${LISTED}: ${CLOSED}`, `${OTHER}: ${CLOSED}`]);

  await decide(site, { kind: 'open' });
  assert.deepEqual((await reach(site, outside)).met, [LISTED, OTHER]);
}
