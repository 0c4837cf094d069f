// Unmodified clients in a sandbox call hosts that check the credential, while all that the sandbox holds is what stands in its place.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { isSignedWith, readSigned, digestOfPayload } from '../../src/run/brokering/aws-signature.ts';
import { openBrokered } from '../harness/brokered.ts';
import type { Seen } from '../harness/open-world.ts';
import { runInSandbox } from '../harness/sandbox.ts';
import { PLAYED, VALUES } from '../harness/values.ts';

const VENVS = resolve(import.meta.dirname, '../../../.tools/venvs');
const URL = `https://${PLAYED.openai}/v1/models`;
const BEARER = `{"Authorization": "Bearer ${VALUES.openai[1]}"}`;

function python(venv: string, code: string): string {
  const file = join(VENVS, venv, 'bin/python');
  if (!existsSync(file)) throw new Error(`${file} is missing: run this through ./holdfast test`);
  return `${file} - <<'END'\n${code}\nEND`;
}

const ASK = 'model="m", messages=[{"role": "user", "content": "hi"}]';
const OPENAI = `from openai import OpenAI
client = OpenAI()
print(client.chat.completions.create(${ASK}).choices[0].message.content)
print("".join(c.choices[0].delta.content or "" for c in client.chat.completions.create(${ASK}, stream=True)))`;
const ANTHROPIC = `import anthropic
print(anthropic.Anthropic().messages.create(max_tokens=5, ${ASK}).content[0].text)`;
const AIOHTTP = `import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession(trust_env=True) as s:
        async with s.get("${URL}", headers=${BEARER}) as r: print(await r.text())
asyncio.run(main())`;
const BOTO3 = `import boto3
s3 = boto3.client("s3", region_name="us-east-1", endpoint_url="https://${PLAYED.aws}")
print(s3.list_objects_v2(Bucket="bucket", Prefix="a b/c=d&é")["Contents"][0]["Key"])
s3.put_object(Bucket="bucket", Key="a b/ü.txt", Body=b"x" * 100000)
bedrock = boto3.client("bedrock-runtime", region_name="us-east-1")
print("brokered", bedrock.invoke_model(modelId="anthropic.claude:0", body="{}")["body"].read().decode())`;
const HTTPX2 = `import httpx
with httpx.Client(http2=True) as client:
    for _ in range(2): print(client.get("${URL}", headers=${BEARER}).text)`;
const STREAMED = `import httpx, json
body = {"model": "m", "stream": True, "messages": []}
with httpx.Client(http2=True) as client:
    with client.stream("POST", "https://${PLAYED.openai}/v1/chat/completions", headers=${BEARER}, json=body) as answer:
        lines = [line[6:] for line in answer.iter_lines() if line.startswith("data: {")]
print("".join(json.loads(line)["choices"][0]["delta"]["content"] for line in lines))`;
const WEBSOCKETS = `from websockets.sync.client import connect
with connect("wss://${PLAYED.openai}/v1/realtime", additional_headers=${BEARER}) as socket:
    print(socket.recv())
    for n in range(100):
        socket.send("message %d" % n)
        assert socket.recv() == "message %d" % n`;
const NODE_SOCKET = `const socket = new WebSocket("wss://${PLAYED.openai}/v1/realtime", { headers: ${BEARER} });
socket.onmessage = ({ data }) => { console.log(data); socket.close(); }`;
const HUB = `from huggingface_hub import HfApi
print(HfApi().model_info("a/b").id.replace("/", " "))`;

/** Commands, and how often each says that it was answered. */
const CLIENTS: readonly (readonly [name: string, command: string, answers: number])[] = [
  ['openai', python('brokered', OPENAI), 2],
  ['anthropic', python('brokered', ANTHROPIC), 1],
  [
    'requests',
    python('brokered', `import requests\nprint(requests.get("${URL}", headers=${BEARER}).text)`),
    1,
  ],
  ['httpx', python('hub-1', `import httpx\nprint(httpx.get("${URL}", headers=${BEARER}).text)`), 1],
  ['httpx with HTTP/2', python('brokered', HTTPX2), 2],
  ['httpx with HTTP/2, as an answer comes', python('brokered', STREAMED), 1],
  ['websockets', python('brokered', WEBSOCKETS), 1],
  ['aiohttp', python('brokered', AIOHTTP), 1],
  ['huggingface_hub', python('hub-1', HUB), 1],
  ['huggingface_hub of requests', python('hub-0.36', HUB), 1],
  ['boto3', python('brokered', BOTO3), 1],
  ['node', `node -e 'fetch("${URL}", { headers: ${BEARER} }).then((r) => r.text()).then(console.log)'`, 1],
  ['the WebSocket of node', `node -e '${NODE_SOCKET}'`, 1],
  ['curl with HTTP/2', `curl -sS --http2 -H "Authorization: Bearer $OPENAI_API_KEY" ${URL}`, 1],
  ['curl', `curl -sS -H "Authorization: Bearer $OPENAI_API_KEY" ${URL}`, 1],
  ['curl without a proxy', `curl -sS --noproxy "*" -H "Authorization: Bearer $OPENAI_API_KEY" ${URL}`, 1],
  [
    'git',
    `git clone -q https://x:${VALUES.git[1]}@${PLAYED.git}/repo.git one && sed s/cloned/brokered\\ hello/ one/file.txt`,
    1,
  ],
];

function isSignedByValue({ method = '', url = '', raw = [], body = '' }: Seen): boolean {
  const fields = raw.flatMap((written, at) =>
    at % 2 === 0 ? [{ name: written.toLowerCase(), written, value: raw[at + 1] ?? '' }] : [],
  );
  const head = { method, target: url, fields };
  const signed = readSigned(head);
  if (signed === undefined || typeof signed === 'string') return false;
  const payload = signed.payload ?? digestOfPayload(Buffer.from(body, 'latin1'));
  return isSignedWith(head, signed, { key: Buffer.from(VALUES.aws[0]), payload });
}

void test('clients of every kind call with secrets that they do not have', async (t) => {
  await using brokered = await openBrokered();
  const { world, door, certificate } = brokered;
  const file = join(world.folder, 'door.pem');
  await writeFile(file, certificate);
  const trusted =
    'SSL_CERT_FILE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS GIT_SSL_CAINFO AWS_CA_BUNDLE';
  const env = {
    ...Object.fromEntries(trusted.split(' ').map((name) => [name, file])),
    OPENAI_API_KEY: VALUES.openai[1],
    ANTHROPIC_API_KEY: VALUES.anthropic[1],
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: VALUES.aws[1],
    HF_TOKEN: VALUES.hub[1],
    HF_ENDPOINT: 'http://hub.holdfast.internal',
    PYTHONIOENCODING: 'utf-8',
  };
  for (const [name, script, answers] of CLIENTS)
    await t.test(name, async () => {
      const scratch = await mkdtemp(join(world.folder, 'client-'));
      const folders = [file, ...(script.includes(VENVS) ? [VENVS] : [])];
      const output = await runInSandbox({ script, env, folders, scratch, out: door.out });
      assert.equal(output.match(/brokered hello/g)?.length, answers, output);
    });
  const signed = world.seen.filter(({ played }) => played?.endsWith('amazonaws.com') === true);
  assert.equal(signed.length, 3);
  for (const request of signed) assert.ok(isSignedByValue(request), `${request.method} ${request.url}`);
  assert.deepEqual(
    door.frames.filter(({ type }) => type === 'refused'),
    [],
  );
});
