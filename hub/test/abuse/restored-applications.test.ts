// An old state of the database put back: an application that was deleted, or that a user took back what they let it do, must not go on
// because somebody restored it, nor must a refresh token that was used count once more.
import assert from 'node:assert/strict';
import { cp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { startInstance, type Instance } from '../harness/instance.ts';
import {
  allow,
  askToken,
  authorizePath,
  codeFields,
  newPkce,
  REDIRECT,
  refreshFields,
  type OauthClient,
} from '../harness/oauth-client.ts';
import { openScratch } from '../harness/scratch.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const LIMIT = { timeout: 240_000 };
const NAMES = ['kept', 'deleted', 'revoked'] as const;

/** An application, and the refresh token that it has. */
interface Held {
  readonly client: OauthClient;
  readonly refresh: string;
}
type All = Readonly<Record<(typeof NAMES)[number], Held>>;

async function open(instance: Instance, password: string): Promise<TestBrowser> {
  const browser = new TestBrowser(instance);
  assert.equal((await browser.signIn('ada', password)).status, 303);
  return browser;
}

/** Registers an application, and lets it in. */
async function begin(instance: Instance, browser: TestBrowser, name: string): Promise<Held> {
  const page = await browser.send('/account/applications?/register', {
    ...{ name, redirects: REDIRECT, kind: 'public', scope: 'openid' },
  });
  const clientId = /data-client-id[^>]*>([0-9a-f]{24})</.exec(page.body)?.[1] ?? '';
  assert.notEqual(clientId, '', page.body);
  const client = { clientId, secret: undefined, redirect: REDIRECT };
  const pkce = newPkce();
  const to = await allow(browser, authorizePath(client, pkce, { scope: 'openid' }));
  const { status, body } = await askToken(
    instance,
    codeFields(client, pkce, to.searchParams.get('code') ?? ''),
  );
  assert.equal(status, 200, body.error ?? '');
  return { client, refresh: body.refresh_token };
}

async function refreshed(instance: Instance, { client, refresh }: Held): Promise<string> {
  const { status, body } = await askToken(instance, refreshFields(client, refresh));
  return status === 200 ? 'accepted' : (body.error ?? String(status));
}

void test(
  'applications that ended after a backup stay ended, and no refresh token outlives a restore',
  LIMIT,
  async () => {
    await using scratch = await openScratch('restored-applications');
    const folder = scratch.path;
    const [postgres, backup] = [path.join(folder, 'data', 'postgres'), path.join(folder, 'backup')];
    const exported = path.join(folder, 'ledger.jsonl');
    let [password, all]: [string, All | undefined] = ['', undefined];
    {
      await using first = await startInstance({ folder });
      password = (await first.admin('user', 'create', 'ada', '--email', 'ada@example.org', '--json')).trim();
      password = (JSON.parse(password) as { password: string }).password;
      const browser = await open(first, password);
      const [kept, deleted, revoked] = [
        await begin(first, browser, 'kept'),
        await begin(first, browser, 'deleted'),
        await begin(first, browser, 'revoked'),
      ];
      all = { kept, deleted, revoked };
    }
    await cp(postgres, backup, { recursive: true, preserveTimestamps: true });
    const since = new Date().toISOString();
    {
      await using second = await startInstance({ folder });
      const browser = await open(second, password);
      assert.equal(await refreshed(second, all.kept), 'accepted');
      for (const act of ['delete', 'revoke'] as const) {
        const { client } = act === 'delete' ? all.deleted : all.revoked;
        const page = await browser.send(`/account/applications?/${act}`, { id: client.clientId });
        assert.equal(page.status, 200, page.body);
      }
      for (const name of ['deleted', 'revoked'] as const)
        assert.notEqual(await refreshed(second, all[name]), 'accepted', name);
      await writeFile(exported, (await second.command('ledger', 'export')).stdout);
    }
    await rm(postgres, { recursive: true });
    await rename(backup, postgres);
    {
      await using third = await startInstance({ folder });
      assert.match(third.output, /This instance is sealed/);
      const words = ['admin', 'token', 'revoke-again', exported, '--since', since, '--json'] as const;
      const ended = [
        `application ${all.deleted.client.clientId}: deleted`,
        `ada: application ${all.revoked.client.clientId} may nothing any more`,
      ];
      const plan = JSON.parse((await third.command(...words, '--dry-run')).stdout) as { plan: string[] };
      assert.deepEqual(
        plan.plan.filter((one) => one.includes('application')),
        ended,
      );
      const again = await third.command(...words);
      assert.equal(again.status, 0, again.stdout + again.stderr);
      const { done, refused } = JSON.parse(again.stdout) as { done: string[]; refused: string[] };
      assert.deepEqual([done.filter((one) => one.includes('application')), refused], [ended, []]);
      // Again, it does no harm.
      assert.equal((await third.command(...words)).status, 0);
    }
    await using fourth = await startInstance({ folder, words: ['--accept-loss'] });
    assert.match(fourth.output, /Refresh tokens of applications end with it/);
    for (const name of NAMES) assert.notEqual(await refreshed(fourth, all[name]), 'accepted', name);
    const lines = await fourth.command('ledger', 'list', '--kind', 'instance.loss-accepted', '--lines');
    assert.match(lines.stdout, /refreshTokensEnded\\?":3/);
    const browser = await open(fourth, password);
    const asked = async ({ client }: Held) =>
      await browser.open(authorizePath(client, newPkce(), { scope: 'openid' }));
    assert.match((await asked(all.kept)).location + (await asked(all.kept)).body, /code=/);
    assert.doesNotMatch((await asked(all.revoked)).location + (await asked(all.revoked)).body, /code=/);
    assert.match((await asked(all.deleted)).body, /No application is known here/);
  },
);
