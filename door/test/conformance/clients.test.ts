// Unmodified clients in a sandbox without a network reach an upstream with a public address by the door, whether they know proxies or not.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { openWorld } from '../harness/open-world.ts';
import { runInSandbox } from '../harness/sandbox.ts';

const VENVS = resolve(import.meta.dirname, '../../../.tools/venvs');
const SITE = 'https://models.example.org';

function python(venv: string, code: string): string {
  const file = join(VENVS, venv, 'bin/python');
  if (!existsSync(file)) throw new Error(`${file} is missing: run this through ./holdfast test`);
  return `${file} -c '${code}'`;
}

const NODE_FETCH = `fetch("${SITE}/x").then((r) => r.text()).then(console.log)`;
/** It speaks HTTP/2 and nothing else. */
const MODERN = 'https://modern.example.org/x';
const HTTPX2 = `import httpx
for trusting in (True, False):
    with httpx.Client(http2=True, trust_env=trusting, verify="/certificate") as client:
        answer = client.get("${MODERN}")
        print(answer.text, answer.http_version)`;
const AIOHTTP = `import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession() as s:
        for url in ("${SITE}/x", "http://models.example.org/x"):
            async with s.get(url) as r: print(await r.text())
asyncio.run(main())`;

/** Commands, and how often each says that it was answered. */
const CLIENTS: readonly (readonly [name: string, command: string, answers: number])[] = [
  ['curl', `curl -sS ${SITE}/x; echo; curl -sS http://models.example.org/x`, 2],
  [
    'curl without a proxy',
    `curl --noproxy "*" -sS ${SITE}/x; echo; curl --noproxy "*" -sS http://models.example.org/x`,
    2,
  ],
  [
    'requests',
    python(
      'hub-0.36',
      `import requests; print(requests.get("${SITE}/x").text, requests.get("http://models.example.org/x").text)`,
    ),
    2,
  ],
  [
    'httpx',
    python(
      'hub-1',
      `import httpx; print(httpx.get("${SITE}/x").text, httpx.get("http://models.example.org/x").text)`,
    ),
    2,
  ],
  [
    'httpx without a proxy',
    python(
      'hub-1',
      `import httpx; print(httpx.Client(trust_env=False, verify="/certificate").get("${SITE}/x").text)`,
    ),
    1,
  ],
  ['httpx with HTTP/2, with a proxy and without', python('brokered', HTTPX2), 2],
  [
    'curl with HTTP/2, with a proxy and without',
    `curl --http2 -sS ${MODERN}; echo; curl --http2 --noproxy "*" -sS ${MODERN}`,
    2,
  ],
  ['aiohttp', python('aiohttp', AIOHTTP), 2],
  [
    'huggingface_hub',
    python(
      'hub-1',
      `from huggingface_hub import HfApi; print("hello models.example.org" if HfApi().model_info("a/b").id == "a/b" else "")`,
    ),
    1,
  ],
  [
    'huggingface_hub of requests',
    python(
      'hub-0.36',
      `from huggingface_hub import HfApi; print("hello models.example.org" if HfApi().model_info("a/b").id == "a/b" else "")`,
    ),
    1,
  ],
  ['node', `node -e '${NODE_FETCH}'`, 1],
  ['node with a proxy', `NODE_USE_ENV_PROXY=1 node -e '${NODE_FETCH}'`, 1],
  [
    'git',
    `git clone -q ${SITE}/repo.git one && git clone -q http://models.example.org/repo.git two && sed s/cloned/hello\\ models.example.org\\ / one/file.txt two/file.txt`,
    2,
  ],
];

void test('clients of every kind reach the outside by the door', async (t) => {
  await using world = await openWorld();
  await using door = await world.openDoor({
    egress: { kind: 'list', hosts: ['models.example.org', 'modern.example.org'] },
  });
  const certificate = join(world.folder, 'cert.pem');
  const trusted = [
    'SSL_CERT_FILE',
    'REQUESTS_CA_BUNDLE',
    'CURL_CA_BUNDLE',
    'NODE_EXTRA_CA_CERTS',
    'GIT_SSL_CAINFO',
  ];
  const env = { ...Object.fromEntries(trusted.map((name) => [name, certificate])), HF_ENDPOINT: SITE };
  for (const [name, command, answers] of CLIENTS)
    await t.test(name, async () => {
      const scratch = await mkdtemp(join(world.folder, 'client-'));
      const script = command.replaceAll('/certificate', certificate);
      const folders = [certificate, ...(script.includes(VENVS) ? [VENVS] : [])];
      const output = await runInSandbox({ script, env, folders, scratch, out: door.out });
      assert.equal(output.match(/hello mode(?:ls|rn)\.example\.org/g)?.length, answers, output);
    });
  assert.deepEqual(
    door.frames.filter(({ type }) => type === 'refused'),
    [],
  );
});
