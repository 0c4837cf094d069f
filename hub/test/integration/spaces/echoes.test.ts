// A secret whose value was seen in an answer: who set it is told, or who administers the Space, once a day.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Pool } from 'pg';
import { RepoReader } from '../../../src/modules/repos/index.ts';
import { openTestNotary } from '../../harness/notary.ts';
import { openScratch } from '../../harness/scratch.ts';
import { openServedHub, OPERATOR } from '../../harness/served-hub.ts';
import { withPool } from '../../harness/shared-server.ts';

const VERSION = '0123456789abcdef01234567';
const OTHER = '0123456789abcdef01234568';

interface Told {
  readonly name: string;
  readonly facts: unknown;
}

async function openSetting() {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub());
  const scratch = opened.use(await openScratch('notary'));
  const notary = opened.use(await openTestNotary(hub.database.notary, { folder: scratch.path }));
  const ann = await hub.addUser('ann');
  for (const name of ['bob', 'eve']) await hub.addUser(name);
  const idOf = async (name: string): Promise<string> =>
    (await hub.modules.identity.findByName(name))?.id ?? assert.fail();
  const enter = async (pool: Pool, row: { kind: string; version: string; actor: string; body: object }) => {
    const { kind, version, actor, body } = row;
    const values = [kind, `secret:${version}`, actor, JSON.stringify(body)];
    await pool.query(
      `insert into ledger.entry (kind, subject, actor, credential, body) values ($1, $2, $3, '', $4)`,
      values,
    );
  };
  const running = opened.move();
  return {
    hub,
    /** Ann makes a Space of an organisation. */
    addOf: async (organization: string): Promise<string> => {
      const answer = await fetch(`${hub.url}/api/repos/create`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ann}`, 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'space', name: 'demo', organization, sdk: 'gradio' }),
      });
      assert.equal(answer.status, 200, await answer.text());
      const repos = new RepoReader(hub.database.db);
      const made = await repos.findByName('space', { namespace: organization, name: 'demo' });
      return made?.repo.id ?? assert.fail();
    },
    /** What the vault records when somebody sets a secret of a Space. */
    set: async (version: string, space: string, by: string) =>
      await withPool(hub.database.vault, async (pool) => {
        const body = { space, name: 'OPENAI_API_KEY' };
        await enter(pool, { kind: 'secret.set', version, actor: `user:${await idOf(by)}`, body });
      }),
    /** And when its value was in an answer. */
    echo: async (version: string, space: string) =>
      await withPool(hub.database.vault, async (pool) => {
        const body = { space, host: 'api.openai.com' };
        await enter(pool, { kind: 'secret.echoed', version, actor: 'run:x', body });
      }),
    /** Whom the hub has told by now, once all is ordered. */
    told: async (): Promise<Told[]> => {
      await notary.round();
      await hub.modules.echoes.tell(new AbortController().signal);
      return await withPool(hub.database.superuser, async (pool) => {
        const { rows } = await pool.query<Told>(
          `select a.name, m.facts from mail.message m join identity.account a on a.id = m.recipient_id
            where m.kind = 'secret-echoed' order by m.created_at, a.name`,
        );
        return rows;
      });
    },
    [Symbol.asyncDispose]: async () => await running.disposeAsync(),
  };
}

void test('who set the secret is told once a day of each version', async () => {
  await using opened = await openSetting();
  const { id } = await opened.hub.addRepo('ann/demo', { type: 'space', sdk: 'gradio' });
  await opened.set(VERSION, id, 'ann');
  assert.deepEqual(await opened.told(), []);
  await opened.echo(VERSION, id);
  await opened.echo(VERSION, id);
  const [first, ...more] = await opened.told();
  assert.deepEqual(more, []);
  assert.equal(first?.name, 'ann');
  const facts = { secret: 'OPENAI_API_KEY', space: 'ann/demo', host: 'api.openai.com' };
  assert.deepEqual(first.facts, { kind: 'secret-echoed', ...facts });
  await opened.echo(VERSION, id);
  assert.equal((await opened.told()).length, 1, 'not again, although it was seen after the first was told');
  await opened.set(OTHER, id, 'ann');
  await opened.echo(OTHER, id);
  assert.equal((await opened.told()).length, 2, 'the next value is another one');
});

void test('in an organisation the member who set it is told, and else those who administer it', async () => {
  await using opened = await openSetting();
  const { identity, members } = opened.hub.modules;
  await identity.createOrg(OPERATOR, { name: 'acme', owner: 'ann' });
  await members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'write' });
  const id = await opened.addOf('acme');
  await opened.set(VERSION, id, 'bob');
  await opened.echo(VERSION, id);
  assert.deepEqual(
    (await opened.told()).map(({ name }) => name),
    ['bob'],
  );
  // Who has left is told nothing of what the others do.
  await opened.set(OTHER, id, 'eve');
  await opened.echo(OTHER, id);
  assert.deepEqual(
    (await opened.told()).map(({ name }) => name),
    ['bob', 'ann'],
  );
});
