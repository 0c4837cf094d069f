// An app that keeps all that comes to it, as its server gets it, called by every kind of client that people have: none of our credentials
// is in it, in a header, a cookie, an address or a body, also where a visitor sent them beside their own (threat 33).
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { runJavaScript } from '../conformance/javascript-client.ts';
import { pause, push, untilStage, visit, type Site } from '../harness/app-site.ts';
import { runPythonSuite } from '../harness/python.ts';

const NAME = 'echo';

const APP = `
import json, os
import gradio as gr
import uvicorn
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import StreamingResponse

seen = []

class Keeping:
    """Keeps what comes before anything of the app changes it."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] not in ("http", "websocket") or scope["path"] == "/seen":
            return await self.app(scope, receive, send)
        kept = {"kind": scope["type"], "path": scope["raw_path"].decode("latin-1"), "query": scope["query_string"].decode("latin-1")}
        kept["headers"] = headers_of(scope)
        kept["body"] = ""
        seen.append(kept)

        async def hear():
            message = await receive()
            kept["body"] += (message.get("body") or message.get("bytes") or b"").decode("latin-1") + (message.get("text") or "")
            return message

        await self.app(scope, hear, send)

def headers_of(scope):
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]]

app = FastAPI()

@app.get("/seen")
def tell():
    return seen

@app.get("/events")
async def events(request: Request):
    async def say():
        yield "data: " + json.dumps(headers_of(request.scope)) + "\\n\\n"
    return StreamingResponse(say(), media_type="text/event-stream")

@app.websocket("/socket")
async def socket(socket: WebSocket):
    await socket.accept()
    await socket.receive_text()
    await socket.send_text(json.dumps(headers_of(socket.scope)))
    await socket.close()

page = gr.Interface(lambda name: f"Hello {name}!", gr.Textbox(label="Name"), "text", api_name="greet")
app = gr.mount_gradio_app(app, page, path="/")
uvicorn.run(Keeping(app), host="127.0.0.1", port=int(os.environ["GRADIO_SERVER_PORT"]))
`;
const FILES = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': APP };

/** What the app got, once for each request. */
interface Kept {
  readonly kind: 'http' | 'websocket';
  readonly path: string;
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Waits for both, and gives what the app says that it got with each. */
const STREAM_BOTH_WAYS = `(async () => {
  const events = await new Promise((resolve, reject) => {
    const source = new EventSource('/events');
    source.onmessage = ({ data }) => { source.close(); resolve(data); };
    source.onerror = () => reject(new Error('no events'));
  });
  const socket = await new Promise((resolve, reject) => {
    const opened = new WebSocket('ws://' + location.host + '/socket');
    opened.onopen = () => opened.send('hello');
    opened.onmessage = ({ data }) => resolve(data);
    opened.onerror = () => reject(new Error('no WebSocket'));
  });
  return [events, socket];
})()`;

/** Shows it, with the page of a browser in which the owner is signed in to the hub. */
export async function proveVisitors(t: TestContext, site: Site, page: Page): Promise<void> {
  const { instance, token } = site;
  await push(site, { type: 'space', name: NAME, private: true, files: FILES });
  await untilStage(site, NAME);
  const address = `http://admin-${NAME}.localhost:${instance.port}/`;
  const tickets = await comeWithBrowser(page, address);
  const all = await page.context().cookies();
  // One that keeps no more than a choice is no credential.
  const cookies = all.filter(({ name, value }) => name.startsWith('holdfast-') && value.length > 20);
  const kinds = cookies.map(({ name, domain }) => `${name.split('-').at(-1)} of ${domain}`);
  for (const kind of ['session of localhost', `space of admin-${NAME}.localhost`])
    assert.ok(kinds.includes(kind), kinds.join(', '));
  await runJavaScript(t, { HF_TOKEN: token, APP_URL: address }, 'gradio.js');
  const env = {
    ...{ HF_ENDPOINT: instance.url, HF_TOKEN: token, APP_URL: address },
    OUR_COOKIES: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
  };
  await runPythonSuite(t, { venv: 'apps', suite: 'visitors', env });
  const kept = JSON.parse((await visit(site, NAME, { path: '/seen' })).body) as readonly Kept[];
  judgeNothingOfOurs(kept, [token, ...tickets, ...cookies.map(({ value }) => value)]);
  judgeWhoCame(kept);
  await pause(site, NAME);
}

/** Opens it, from the hub's tickets to a call, a stream of events and a WebSocket. Gives the tickets. */
async function comeWithBrowser(page: Page, address: string): Promise<readonly string[]> {
  const tickets: string[] = [];
  page.on('request', (request) => tickets.push(...new URL(request.url()).searchParams.getAll('ticket')));
  await page.goto(address);
  await page.waitForURL(address);
  assert.ok(tickets.length > 0, 'the hub let the browser in');
  await page.evaluate(`document.cookie = 'theirs=browser'`);
  await page.getByLabel('Name').fill('Dora');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.waitForFunction(
    `[...document.querySelectorAll('textarea')].some(({ value }) => value === 'Hello Dora!')`,
  );
  const answers = await page.evaluate<string[]>(STREAM_BOTH_WAYS);
  for (const answer of answers) assert.match(answer, /theirs=browser/);
  return tickets;
}

// A record in which somebody is missing says nothing about what they sent.
function judgeWhoCame(kept: readonly Kept[]): void {
  const came = (kind: Kept['kind'], path: RegExp, header: RegExp): boolean =>
    kept.some(
      (one) =>
        one.kind === kind && path.test(one.path) && one.headers.some((pair) => header.test(pair.join(': '))),
    );
  const all = {
    'gradio_client, with a call': came('http', /\/queue\/join$|\/call\//, /^x-visitor: gradio_client$/),
    'gradio_client, with the stream of its answer': came(
      'http',
      /\/queue\/data$|\/call\//,
      /^x-visitor: gradio_client$/,
    ),
    '@gradio/client': came('http', /\/queue\/join$/, /^user-agent: node$/),
    'a browser, with a call': came('http', /\/queue\/join$/, /^cookie: .*theirs=browser/),
    'a browser, with a stream of events': came('http', /^\/events$/, /^cookie: theirs=browser$/),
    'a browser, with a WebSocket': came('websocket', /^\/socket$/, /^cookie: theirs=browser$/),
    'a program, with a stream of events': came('http', /^\/events$/, /^cookie: theirs=program$/),
    'a program, with a WebSocket': came('websocket', /^\/socket$/, /^cookie: theirs=program$/),
  };
  const missing = Object.entries(all).flatMap(([who, isThere]) => (isThere ? [] : [who]));
  assert.deepEqual(missing, [], JSON.stringify(kept.map(({ kind, path }) => `${kind} ${path}`)));
}

function judgeNothingOfOurs(kept: readonly Kept[], ours: readonly string[]): void {
  for (const one of kept) {
    const text = JSON.stringify(one);
    const where = `${one.kind} ${one.path}`;
    // No message repeats what was found.
    for (const [number, value] of ours.entries())
      assert.ok(!text.includes(value.slice(4)), `${where}: credential ${number} came through`);
    for (const [name, value] of one.headers) {
      assert.doesNotMatch(name, /authorization/i, where);
      assert.ok(name !== 'cookie' || !value.includes('holdfast'), `${where}: a cookie of ours came through`);
    }
  }
}
