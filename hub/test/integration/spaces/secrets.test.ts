// Secrets of a Space by its API, with a vault that keeps them: who may, what follows for the Space, and what is refused.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { TOLD } from '@holdfast/kernel/told/told';
import { openProgramHub, type ProgramHub } from '../../harness/program-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { untilTrue } from '../../harness/vault-doors.ts';

const VALUE = 'a value that nobody reads back';
const LATER = '2127-01-31T12:00:00.000Z';

type Listed = Record<string, Record<string, unknown>>;

async function secrets({ ask }: ProgramHub, method: string, body?: object) {
  const { status, answer } = await ask(method, '/secrets', body);
  return { status, listed: answer as unknown as Listed, error: answer.error ?? '' };
}

void test('a secret is set, listed without its value, set anew and deleted, and the Space starts anew each time', async () => {
  await using opened = await openProgramHub({ vault: true });
  const first = await opened.begin();
  assert.deepEqual(await secrets(opened, 'GET'), { status: 200, listed: {}, error: '' });
  const made = await secrets(opened, 'POST', { key: 'TOKEN', value: VALUE, description: 'of ours' });
  assert.equal(made.status, 200, made.error);
  const { updatedAt, ...rest } = made.listed['TOKEN'] ?? {};
  assert.ok(typeof updatedAt === 'string');
  assert.deepEqual(rest, {
    ...{
      key: 'TOKEN',
      version: 1,
      way: 'variable',
      because: 'not-recognised',
      hosts: [],
      provider: null,
      description: 'of ours',
    },
    ...{ uses: 0, expiresAt: null, lastUsedAt: null, echoedAt: null, sealedIn: 'hub' },
  });
  const second = await opened.runner.wanted('ann/demo', ({ secrets: any }) => any);
  assert.ok(second.generation > first.generation);
  const more = { hosts: ['api.example.org'], place: 'header:x-api-key', expiresAt: LATER };
  const again = await secrets(opened, 'POST', { key: 'TOKEN', value: 'another-value-of-it', ...more });
  const { version, way, hosts, expiresAt } = again.listed['TOKEN'] ?? {};
  assert.deepEqual([version, way, hosts, expiresAt], [2, 'brokered', ['api.example.org'], LATER]);
  const third = await opened.runner.wanted('ann/demo', ({ generation }) => generation > second.generation);
  // Clients delete what may not be there.
  assert.equal((await secrets(opened, 'DELETE', { key: 'OTHER' })).status, 200);
  assert.deepEqual((await secrets(opened, 'DELETE', { key: 'TOKEN' })).listed, {});
  await opened.runner.wanted('ann/demo', (want) => !want.secrets && want.generation > third.generation);
  const ann = (await opened.hub.modules.identity.findByName('ann'))?.id;
  await using superuser = openSuperuserPool(opened.hub.database);
  const { rows } = await superuser.pool.query<{ kind: string; actor: string; body: string }>(
    `select kind, actor, body from ledger.entry where kind like 'secret.%' order by at`,
  );
  assert.deepEqual(
    rows.map(({ kind, actor }) => [kind, actor]),
    ['secret.set', 'secret.set', 'secret.deleted'].map((kind) => [kind, `user:${ann}`]),
  );
  assert.ok(!JSON.stringify(rows).includes(VALUE));
});

void test('a deleted secret is taken back: runs of earlier wishes do not go on where none can follow', async () => {
  await using opened = await openProgramHub({ vault: true });
  await opened.begin();
  await secrets(opened, 'POST', { key: 'TOKEN', value: VALUE });
  const had = await opened.runner.wanted('ann/demo', ({ secrets: any }) => any);
  assert.equal(had.takenBack, undefined);
  await opened.runner.serve(had, (_request, response) => response.end('it has it'));
  await opened.becomes('RUNNING');
  assert.equal((await secrets(opened, 'DELETE', { key: 'TOKEN' })).status, 200);
  const next = await opened.runner.wanted('ann/demo', ({ generation }) => generation > had.generation);
  assert.deepEqual([next.secrets, next.takenBack], [false, next.generation]);
  // A variable is nothing that is taken back.
  await opened.ask('POST', '/variables', { key: 'A', value: '1' });
  const last = await opened.runner.wanted('ann/demo', ({ generation }) => generation > next.generation);
  assert.equal(last.takenBack, next.generation);
});

void test('a secret that is noted and missing was deleted by a call of which nobody heard: the Space starts anew, once', async () => {
  await using opened = await openProgramHub({ vault: true });
  await opened.begin();
  await secrets(opened, 'POST', { key: 'TOKEN', value: VALUE });
  const had = await opened.runner.wanted('ann/demo', ({ secrets: any }) => any);
  await using superuser = openSuperuserPool(opened.hub.database);
  // As a hub leaves it that ends before it hears what the vault did.
  await superuser.pool.query(`update spaces.secrets set names = names || '{GONE}'`);
  const deleteAgain = () => secrets(opened, 'DELETE', { key: 'GONE' });
  assert.deepEqual(Object.keys((await deleteAgain()).listed), ['TOKEN']);
  const next = await opened.runner.wanted('ann/demo', ({ generation }) => generation > had.generation);
  assert.equal(next.takenBack, next.generation);
  assert.equal((await deleteAgain()).status, 200);
  await delay(600);
  assert.equal((await opened.runner.wanted('ann/demo')).generation, next.generation);
});

/** Has the vault do the next of these, and the hub hear nothing of it: as where it ends meanwhile. */
function loseAnswer({ hub }: ProgramHub, act: 'write' | 'delete' | 'list'): void {
  const { link } = hub.vault ?? assert.fail('there is no vault');
  const asked = link[act].bind(link) as (...given: unknown[]) => Promise<unknown>;
  link[act] = async (...given: unknown[]) => {
    Reflect.deleteProperty(link, act);
    await asked(...given);
    return { kind: 'refused', problem: 'silent', message: 'the answer is lost' };
  };
}

/** Looks for what nobody heard of, as the hub does each minute; `later`: once no call can be under way any more. */
async function settleUnheard({ hub }: ProgramHub, later: boolean): Promise<void> {
  await using superuser = openSuperuserPool(hub.database);
  if (later) await superuser.pool.query(`update spaces.secrets set asked_at = now() - interval '61 seconds'`);
  await hub.modules.secrets.settleUnheard(new AbortController().signal);
}

/** Whether it is noted that something is not known. */
async function isUnsettled({ hub }: ProgramHub): Promise<boolean | undefined> {
  await using superuser = openSuperuserPool(hub.database);
  const { rows } = await superuser.pool.query<{ unsettled: boolean }>(`select unsettled from spaces.secrets`);
  return rows[0]?.unsettled;
}

void test('a deletion of which nobody heard how it went is noticed by the next call: what had it is taken back', async () => {
  await using opened = await openProgramHub({ vault: true });
  await opened.begin();
  await secrets(opened, 'POST', { key: 'A', value: VALUE });
  const had = await opened.runner.wanted('ann/demo', ({ secrets: any }) => any);
  loseAnswer(opened, 'delete');
  assert.equal((await secrets(opened, 'DELETE', { key: 'A' })).status, 503);
  assert.deepEqual(Object.keys((await secrets(opened, 'POST', { key: 'B', value: VALUE })).listed), ['B']);
  const next = await opened.runner.wanted('ann/demo', ({ generation }) => generation > had.generation);
  assert.equal(next.takenBack, next.generation);
});

void test('a file that becomes a variable takes nothing back, whatever name goes with it', async () => {
  await using opened = await openProgramHub({ vault: true });
  await opened.begin();
  await secrets(opened, 'POST', { key: 'A', value: VALUE, way: 'file' });
  const had = await opened.runner.wanted('ann/demo', ({ secrets: any }) => any);
  await secrets(opened, 'POST', { key: 'A', value: VALUE, way: 'variable' });
  const next = await opened.runner.wanted('ann/demo', ({ generation }) => generation > had.generation);
  assert.equal(next.takenBack, undefined);
  // It is the same name where nobody set that secret.
  await secrets(opened, 'POST', { key: 'A_FILE', value: VALUE });
  loseAnswer(opened, 'delete');
  await secrets(opened, 'DELETE', { key: 'A_FILE' });
  await secrets(opened, 'POST', { key: 'B', value: VALUE });
  const last = await opened.runner.wanted('ann/demo', ({ takenBack = 0 }) => takenBack > 0);
  assert.equal(last.takenBack, last.generation);
});

void test('what nobody heard of is found out, though nobody asks again, once no call is under way', async () => {
  await using opened = await openProgramHub({ vault: true });
  const first = await opened.begin();
  loseAnswer(opened, 'write');
  assert.equal((await secrets(opened, 'POST', { key: 'A', value: VALUE })).status, 503);
  await settleUnheard(opened, true);
  const had = await opened.runner.wanted('ann/demo', ({ generation }) => generation > first.generation);
  assert.deepEqual([had.secrets, had.takenBack, await isUnsettled(opened)], [true, undefined, false]);
  loseAnswer(opened, 'delete');
  assert.equal((await secrets(opened, 'DELETE', { key: 'A' })).status, 503);
  await settleUnheard(opened, false);
  assert.equal(await isUnsettled(opened), true, 'it may be under way');
  opened.hub.vault?.seal();
  await settleUnheard(opened, true);
  const next = await opened.runner.wanted('ann/demo', ({ takenBack = 0 }) => takenBack > had.generation);
  assert.deepEqual(
    [next.generation, next.secrets, await isUnsettled(opened)],
    [next.takenBack, false, false],
  );
});

void test('a secret that is deleted while the list of those that are left is not to be had is taken back all the same', async () => {
  await using opened = await openProgramHub({ vault: true });
  await opened.begin();
  await secrets(opened, 'POST', { key: 'A', value: VALUE });
  const had = await opened.runner.wanted('ann/demo', ({ secrets: any }) => any);
  loseAnswer(opened, 'list');
  assert.equal((await secrets(opened, 'DELETE', { key: 'A' })).status, 503);
  await settleUnheard(opened, true);
  const next = await opened.runner.wanted('ann/demo', ({ generation }) => generation > had.generation);
  assert.equal(next.takenBack, next.generation);
});

void test('a refusal says nothing of an earlier call of which nobody heard', async () => {
  await using opened = await openProgramHub({ vault: true });
  loseAnswer(opened, 'write');
  await secrets(opened, 'POST', { key: 'A', value: VALUE });
  assert.equal((await secrets(opened, 'POST', { key: 'not a name', value: VALUE })).status, 400);
  assert.equal(await isUnsettled(opened), true);
  await settleUnheard(opened, true);
  assert.equal((await secrets(opened, 'POST', { key: 'not a name', value: VALUE })).status, 400);
  assert.equal(await isUnsettled(opened), false, 'nothing is unknown but that it was refused');
});

void test('where the hub itself cannot make ready what follows, a run with a deleted secret is dropped, and no other', async () => {
  await using opened = await openProgramHub({ vault: true });
  const { runner } = opened;
  const first = await opened.begin();
  await secrets(opened, 'POST', { key: 'TOKEN', value: VALUE });
  const had = await runner.wanted('ann/demo', ({ generation }) => generation > first.generation);
  await runner.serve(had, (_request, response) => response.end('it has it'));
  await opened.becomes('RUNNING');
  await opened.push('README.md', '---\nsdk: gradio\npreload_from_hub:\n- ann/nothing\n---\n');
  await opened.becomes('BUILD_ERROR');
  assert.ok(!runner.heard.some(({ type }) => type === 'drop'), 'a typing error ends nothing');
  await secrets(opened, 'DELETE', { key: 'TOKEN' });
  const { before = 0, forget } = await runner.sent('drop');
  assert.ok(before > had.generation);
  assert.equal(forget, false);
  runner.status(had, 'STOPPED', { message: TOLD['app.taken-back'] });
  let errorMessage = '';
  await untilTrue('it is said that it was ended', async () => {
    ({ errorMessage = '' } = await opened.becomes('BUILD_ERROR'));
    return errorMessage.includes('\n');
  });
  assert.equal(errorMessage.split('\n')[0], TOLD['app.taken-back']);
  assert.match(errorMessage, /there is no model ann\/nothing/);
});

void test('a version that lasts on beside the new one has nothing start anew', async () => {
  await using opened = await openProgramHub({ vault: true });
  await opened.begin();
  // The first one is new to the Space, whatever lasts on.
  await secrets(opened, 'POST', { key: 'TOKEN', value: VALUE, overlapSeconds: 60 });
  const { generation } = await opened.runner.wanted('ann/demo', ({ secrets: any }) => any);
  const again = await secrets(opened, 'POST', { key: 'TOKEN', value: 'next', overlapSeconds: 60 });
  assert.equal(again.listed['TOKEN']?.['version'], 2);
  await delay(600);
  assert.equal((await opened.runner.wanted('ann/demo')).generation, generation);
});

void test('one name is not a variable and a secret', async () => {
  await using opened = await openProgramHub({ vault: true });
  await opened.ask('POST', '/variables', { key: 'A', value: '1' });
  const taken = await secrets(opened, 'POST', { key: 'A', value: VALUE });
  assert.deepEqual([taken.status, /has a variable A/.test(taken.error)], [400, true]);
  await secrets(opened, 'POST', { key: 'B', value: VALUE });
  const { status, answer } = await opened.ask('POST', '/variables', { key: 'B', value: '1' });
  assert.deepEqual([status, /has a secret of this name/.test(answer.error ?? '')], [400, true]);
  // The app finds the path of a file in a variable.
  const file = await secrets(opened, 'POST', { key: 'CERT', value: VALUE, way: 'file' });
  assert.equal(file.status, 200, file.error);
  const over = await opened.ask('POST', '/variables', { key: 'CERT_FILE', value: '1' });
  assert.deepEqual([over.status, /file has its path there/.test(over.answer.error ?? '')], [400, true]);
  await opened.ask('POST', '/variables', { key: 'KEY_FILE', value: '1' });
  const under = await secrets(opened, 'POST', { key: 'KEY', value: VALUE, way: 'file' });
  assert.deepEqual([under.status, /the variable KEY_FILE would/.test(under.error)], [400, true]);
  assert.equal((await secrets(opened, 'POST', { key: 'KEY', value: VALUE })).status, 200);
});

void test('a static Space, a bad body and one that is too large are refused in words', async () => {
  await using opened = await openProgramHub({ vault: true });
  const refusals = [
    [{ key: 'not a name', value: VALUE }, 400, /`key` is a name/],
    [{ key: 'EMPTY', value: '' }, 400, /to remove a secret, delete it/],
    [{ key: 'PATH', value: VALUE }, 400, /set by the hub/],
    [{ key: 'LARGE', value: 'x'.repeat(32_769) }, 400, /at most 32768/],
    [{ key: 'PAST', value: VALUE, expiresAt: '2020-01-01' }, 400, /in the past/],
    [{ key: 'OWN', value: VALUE, hosts: ['127.0.0.1'] }, 400, /cannot be brokered/],
    [{ key: 'HUGE', value: 'x'.repeat(200_000) }, 413, /larger than/],
  ] as const;
  for (const [body, status, message] of refusals) {
    const answer = await secrets(opened, 'POST', body);
    assert.equal(answer.status, status, answer.error);
    assert.match(answer.error, message);
  }
  // As a client writes it that escapes all that is not ASCII.
  const escaped = `{"key":"WIDE","value":"${'\\u0436'.repeat(16_384)}"}`;
  const wide = await fetch(`${opened.hub.url}/api/spaces/ann/demo/secrets`, {
    ...{ method: 'POST', headers: opened.bearer, body: escaped },
  });
  assert.equal(wide.status, 200, await wide.text());
  await opened.hub.addRepo('ann/site', { type: 'space', sdk: 'static', files: { 'index.html': 'x' } });
  const site = await fetch(`${opened.hub.url}/api/spaces/ann/site/secrets`, {
    ...{ method: 'POST', headers: opened.bearer, body: JSON.stringify({ key: 'A', value: VALUE }) },
  });
  assert.equal(site.status, 400);
  assert.match(await site.text(), /static Space has no secrets/);
});

void test('without a vault and with a sealed one it is said, and a Space without secrets needs none', async () => {
  await using without = await openProgramHub();
  assert.equal((await secrets(without, 'GET')).status, 200);
  assert.equal((await secrets(without, 'DELETE', { key: 'A' })).status, 200);
  const gone = await secrets(without, 'POST', { key: 'A', value: VALUE });
  assert.deepEqual([gone.status, /The vault.*is not there/.test(gone.error)], [503, true]);
  await using opened = await openProgramHub({ vault: true });
  await secrets(opened, 'POST', { key: 'A', value: VALUE });
  opened.hub.vault?.seal();
  const sealed = await secrets(opened, 'POST', { key: 'B', value: VALUE });
  assert.deepEqual([sealed.status, /vault is sealed/.test(sealed.error)], [503, true]);
  // What takes access away needs no key.
  assert.deepEqual((await secrets(opened, 'DELETE', { key: 'A' })).listed, {});
});

void test('a deleted Space is forgotten, at the latest once the vault is there again; a copy gets no secret', async () => {
  await using opened = await openProgramHub({ vault: true });
  const { hub, repo } = opened;
  await secrets(opened, 'POST', { key: 'A', value: VALUE });
  const copied = await fetch(`${hub.url}/api/spaces/ann/demo/duplicate`, {
    method: 'POST',
    headers: { ...opened.bearer, 'content-type': 'application/json' },
    body: JSON.stringify({ repository: 'ann/copy' }),
  });
  assert.equal(copied.status, 200, await copied.text());
  const ofCopy = await fetch(`${hub.url}/api/spaces/ann/copy/secrets`, { headers: opened.bearer });
  assert.deepEqual(await ofCopy.json(), {});
  await fetch(`${hub.url}/api/repos/delete`, {
    method: 'DELETE',
    headers: { ...opened.bearer, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'space', name: 'demo', organization: 'ann' }),
  });
  const kept = async () => {
    const answer = await hub.vault?.link.list(repo.id);
    return answer?.kind === 'done' ? answer.secrets.length : undefined;
  };
  assert.equal(await kept(), 1);
  await hub.modules.secrets.forgetDeleted(new AbortController().signal);
  assert.equal(await kept(), 0);
  hub.vault?.leave();
  await hub.modules.secrets.forgetDeleted(new AbortController().signal);
});
