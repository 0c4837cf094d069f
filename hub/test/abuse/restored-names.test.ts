// An old state of the database put back: what was deleted since must not be read again, and a name that somebody had since must
// not become somebody else's, because somebody restored it.
import assert from 'node:assert/strict';
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { startInstance, type Instance } from '../harness/instance.ts';
import { openScratch } from '../harness/scratch.ts';

const LIMIT = { timeout: 240_000 };

interface Plan {
  readonly plan: readonly string[];
  readonly byHand: readonly { readonly subject: string }[];
}

interface Call {
  readonly token: string;
  readonly method?: string;
  readonly body?: object;
}

async function ask(
  instance: Instance,
  target: string,
  { token, method = 'GET', body }: Call,
): Promise<Response> {
  return await fetch(`${instance.url}${target}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    redirect: 'manual',
  });
}

/** Makes models as their owners, who say which tokens they have. */
async function fill(instance: Instance): Promise<(user: string) => string> {
  const tokens = new Map<string, string>();
  for (const name of ['ada', 'bob', 'carol', 'dave']) await instance.createUser(name);
  for (const user of ['ada', 'bob', 'carol', 'admin'])
    tokens.set(user, await instance.createToken({ user, role: 'write' }));
  for (const org of ['gone', 'acme']) await instance.admin('org', 'create', org, '--owner', 'carol');
  const of = (user: string): string => tokens.get(user) ?? '';
  for (const [user, name] of [
    ['ada', 'doomed'],
    ['bob', 'doomed'],
    ['carol', 'given'],
    ['carol', 'here'],
  ] as const) {
    const made = await ask(instance, '/api/repos/create', {
      ...{ token: of(user), method: 'POST', body: { type: 'model', name } },
    });
    assert.equal(made.status, 200, await made.text());
  }
  return of;
}

/** What happens after the backup. */
async function goOn(instance: Instance, of: (user: string) => string): Promise<void> {
  for (const user of ['ada', 'bob']) {
    const call = { token: of(user), method: 'DELETE', body: { type: 'model', name: 'doomed' } };
    assert.equal((await ask(instance, '/api/repos/delete', call)).status, 200);
  }
  const given = { fromRepo: 'carol/given', toRepo: 'acme/taken', type: 'model' };
  const moved = await ask(instance, '/api/repos/move', {
    ...{ token: of('carol'), method: 'POST', body: given },
  });
  assert.equal(moved.status, 200, await moved.text());
  await instance.admin('user', 'delete', 'ada');
  await instance.admin('org', 'delete', 'gone');
  await instance.admin('user', 'rename', 'dave', 'david');
  // These are in the export alone: one that lived, and one that came and went.
  for (const name of ['erin', 'frank']) await instance.createUser(name);
  await instance.admin('org', 'create', 'later', '--owner', 'erin');
  await instance.admin('user', 'delete', 'frank');
}

void test(
  'what was deleted after a backup stays deleted, and no name becomes somebody else’s',
  LIMIT,
  async (t) => {
    await using scratch = await openScratch('restored-names');
    const folder = scratch.path;
    const [postgres, backup] = [path.join(folder, 'data', 'postgres'), path.join(folder, 'backup')];
    const [exported, lines] = [path.join(folder, 'ledger.jsonl'), path.join(folder, 'lines.jsonl')];
    let of: (user: string) => string;
    {
      await using first = await startInstance({ folder });
      of = await fill(first);
    }
    await cp(postgres, backup, { recursive: true, preserveTimestamps: true });
    const since = new Date().toISOString();
    {
      await using second = await startInstance({ folder });
      await goOn(second, of);
      assert.equal((await second.command('ledger', 'verify')).status, 0);
      await writeFile(exported, (await second.command('ledger', 'export')).stdout);
      await writeFile(lines, (await second.command('ledger', 'list', '--since', since, '--lines')).stdout);
    }
    await rm(postgres, { recursive: true });
    await rename(backup, postgres);
    const words = ['admin', 'token', 'revoke-again', exported, '--since', since, '--names', lines] as const;
    {
      await using third = await startInstance({ folder });
      assert.match(third.output, /This instance is sealed/);
      await t.test('it says what it would do, and what is left out, and does nothing', async () => {
        const planned = async (...more: string[]): Promise<Plan> =>
          JSON.parse((await third.command(...words, '--dry-run', ...more, '--json')).stdout) as Plan;
        const { plan, byHand } = await planned();
        const deletions = plan.filter((one) => one.startsWith('delete '));
        assert.equal(deletions.length, 5, plan.join());
        assert.equal(plan.filter((one) => one.startsWith('keep the name ')).length, 3, plan.join());
        const repo = /^delete repository (\S+) /.exec(deletions[0] ?? '')?.[1] ?? assert.fail(plan.join());
        const less = await planned('--except', `repo:${repo}`);
        assert.deepEqual(
          less.plan,
          plan.filter((one) => one !== deletions[0]),
        );
        const subjects = less.byHand.map(({ subject }) => subject);
        assert.deepEqual(subjects, [...byHand.map(({ subject }) => subject), `repo:${repo}`]);
        assert.doesNotMatch((await planned('--until', since)).plan.join(), /delete|keep|move|rename/);
        assert.match((await third.command('admin', 'user', 'list')).stdout, /\bdave\b/);
      });
      await t.test('an export that was cut short is not taken for all there is', async () => {
        const cut = path.join(folder, 'cut.jsonl');
        await writeFile(cut, (await readFile(exported, 'utf8')).split('\n').slice(0, -2).join('\n') + '\n');
        const refused = await third.command(...words.slice(0, 3), cut, ...words.slice(4));
        assert.notEqual(refused.status, 0);
        assert.match(refused.stderr, /cut short/);
        const taken = await third.command(
          ...words.slice(0, 3),
          cut,
          ...words.slice(4),
          '--dry-run',
          '--cut-short',
        );
        assert.equal(taken.status, 0, taken.stderr);
      });
      await t.test('an export without names says which it cannot keep', async () => {
        // What needs names is left for the command that has them; what does not is done.
        const again = await third.command(...words.slice(0, 6), '--json');
        assert.equal(again.status, 0, again.stdout + again.stderr);
        const { byHand } = JSON.parse(again.stdout) as { byHand: { kind: string }[] };
        const kinds = byHand.map(({ kind }) => kind).sort();
        assert.deepEqual(kinds, [
          ...['account.created', 'account.created', 'account.renamed', 'org.created', 'repo.moved'],
        ]);
      });
      const again = await third.command(...words, '--json');
      assert.equal(again.status, 0, again.stdout + again.stderr);
      const { done } = JSON.parse(again.stdout) as { done: string[] };
      assert.deepEqual(done, [
        'acme/taken: repository moved there',
        ...['dave: renamed david', 'erin: the name is kept', 'frank: the name is kept'],
        ...['later: the name is kept', "frank: deleted, its name is nobody's"],
      ]);
      await t.test('it can be run again', async () => {
        const twice = await third.command(...words, '--json');
        assert.equal(twice.status, 0, twice.stdout + twice.stderr);
      });
    }
    await using fourth = await startInstance({ folder, words: ['--accept-loss'] });
    assert.equal((await fetch(`${fourth.url}/readyz`)).status, 200);
    const admin = { token: of('admin') };
    await t.test('what was deleted is read by nobody, and what was left stays', async () => {
      for (const name of ['ada/doomed', 'bob/doomed'])
        assert.equal((await ask(fourth, `/api/models/${name}`, admin)).status, 404, name);
      assert.equal((await ask(fourth, '/api/models/carol/here', admin)).status, 200);
      const moved = await ask(fourth, '/api/models/carol/given', admin);
      assert.deepEqual([moved.status, moved.headers.get('location')], [307, '/api/models/acme/taken']);
    });
    await t.test('no name is somebody else’s', async () => {
      for (const name of ['ada', 'gone', 'dave', 'david', 'erin', 'frank', 'later']) {
        const user = await fourth.command(
          'admin',
          'user',
          'create',
          name,
          '--email',
          `${name}@x.example.org`,
        );
        assert.match(user.stderr, /is taken|not available|already/, `${name}: ${user.stdout}`);
        const to = await fourth.command('admin', 'user', 'rename', 'bob', name);
        assert.notEqual(to.status, 0, name);
      }
      await fourth.createUser('fresh');
    });
    await t.test('whoever had one that was lost gets it back from the operator', async () => {
      await fourth.admin('user', 'enable', 'erin');
      assert.match(await fourth.admin('user', 'reset-password', 'erin'), /\S{12}/);
      await fourth.admin('org', 'member', 'later', '--user', 'erin', '--role', 'admin');
    });
    await t.test('an instance that serves replays nothing', async () => {
      await fourth.admin('user', 'rename', 'david', 'davy');
      const late = await fourth.command(...words);
      assert.equal(late.status, 1);
      assert.match(late.stdout, /while the instance is sealed/);
      assert.match(await fourth.admin('user', 'list'), /\bdavy\b/, 'and renames nobody');
    });
    assert.equal((await fourth.command('ledger', 'verify')).status, 0);
  },
);
