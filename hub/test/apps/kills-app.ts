// The app of a Space that is battered, and its secrets.
import { randomBytes } from 'node:crypto';

/** Handed over at each start, whatever is killed meanwhile: one that the app gets, and one that only its door has. */
export const SECRETS = {
  PLAIN: 'handed over at each start',
  OPENAI_API_KEY: `sk-proj-${randomBytes(60).toString('base64url')}`,
} as const;
/** A program that reaches a host, says which push it is of and what it has of secrets, and takes its time to end. */
export const APP = `
import hashlib, http.server, os, signal, subprocess, sys, time, urllib.error, urllib.request

def farewell(*_):
    print("farewell of MARK", flush=True)
    subprocess.run(["sleep", "1.5"])
    sys.exit(0)

print("start of MARK", flush=True)

signal.signal(signal.SIGTERM, farewell)

def reach():
    try:
        return urllib.request.urlopen(os.environ["HF_ENDPOINT"] + "/healthz", timeout=60).status
    except urllib.error.HTTPError as error:
        return error.code

# A hub that was killed answers once it is back.
while reach() == 502:
    time.sleep(0.2)

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        had = hashlib.sha256(os.environ["PLAIN"].encode()).hexdigest()
        self.wfile.write("\\n".join(["MARK", had, os.environ["OPENAI_API_KEY"]]).encode())

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;
