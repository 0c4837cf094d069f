// A fine-grained token does exactly what it says, with the clients that people use.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance, type Instance } from '../harness/instance.ts';
import { runPythonSuite } from '../harness/python.ts';
import { runJavaScript } from './javascript-client.ts';

/** Tokens by the variable in which a client gets them. */
const SCOPES = {
  READ_ONE: ['model:admin/scoped=repo.content.read'],
  WRITE_ONE: ['model:admin/scoped=repo.write'],
  READ_NAMED: ['org:acme/bert-*=repo.content.read'],
  WRITE_OWN: ['user:admin=repo.write'],
} as const;

async function openScoped(instance: Instance): Promise<Record<string, string>> {
  const cast = await openCast(instance);
  for (const name of ['admin/scoped', 'admin/other', 'acme/bert-base', 'acme/gpt']) {
    const answer = await fetch(`${instance.url}/api/repos/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${cast.HF_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, private: true }),
    });
    assert.equal(answer.status, 200, await answer.text());
  }
  const tokens: Record<string, string> = {};
  for (const [name, scopes] of Object.entries(SCOPES)) {
    const flags = scopes.flatMap((scope) => ['--scope', scope]);
    tokens[name] = await instance.admin('token', 'create', '--user', 'admin', '--name', name, ...flags);
  }
  const away = ['--role', 'read', '--address', '192.0.2.0/24'];
  tokens['AWAY'] = await instance.admin('token', 'create', '--user', 'admin', '--name', 'away', ...away);
  return { ...cast, ...tokens };
}

void test('a fine-grained token does exactly what it says with huggingface_hub and @huggingface/hub', async (t) => {
  await using instance = await startInstance();
  const env = await openScoped(instance);
  await t.test('huggingface_hub', async (inner) => {
    await runPythonSuite(inner, { venv: 'hub-newest', suite: 'fine_grained', env });
  });
  await t.test('@huggingface/hub', async (inner) => await runJavaScript(inner, env, 'fine-grained.js'));
});
