// What a Space with a program has from its first moment, made or copied.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openProgramHub, type ProgramHub } from '../../harness/program-hub.ts';
import { openServedHub } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

interface Answer {
  readonly id?: string;
  readonly error?: string;
  readonly stage?: string;
}

async function post(
  { hub, bearer }: Pick<ProgramHub, 'hub' | 'bearer'>,
  path: string,
  body: object,
): Promise<{ status: number; answer: Answer }> {
  const answer = await fetch(`${hub.url}/api/${path}`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, answer: (await answer.json()) as Answer };
}

void test('hardware is what the operator says: listed, given, and the first of it where nobody asked', async () => {
  const hardware = [
    { name: 'cpu-small', title: 'Half a processor', cpus: 0.5, memoryBytes: 512 * 2 ** 20, processes: 100 },
    { name: 'cpu-large', title: 'Large', cpus: 4, memoryBytes: 2 ** 33, processes: 2_000 },
  ];
  await using opened = await openProgramHub({ hardware });
  const { hub, runner, ask, bearer } = opened;
  const first = await opened.begin();
  const { title: _title, ...usual } = hardware[0] ?? {};
  assert.deepEqual(first.hardware, usual);
  const listed = await fetch(`${hub.url}/api/spaces/hardware`, { headers: bearer });
  const shown = (await listed.json()) as { name: string; prettyName: string; cpu: string; ram: string }[];
  assert.deepEqual(
    shown.map(({ name, prettyName, cpu, ram }) => [name, prettyName, cpu, ram]),
    [
      ['cpu-small', 'Half a processor', '0.5 vCPU', '0.5 GB'],
      ['cpu-large', 'Large', '4 vCPU', '8 GB'],
    ],
  );
  const { answer } = await ask('POST', '/hardware', { flavor: 'cpu-large' });
  assert.equal(answer.hardware.requested, 'cpu-large');
  const second = await runner.wanted('ann/demo', ({ generation }) => generation > first.generation);
  assert.deepEqual([second.hardware.cpus, second.hardware.processes], [4, 2_000]);
  for (const flavor of ['cpu-basic', 't4-small', 'a10g-large']) {
    const refused = await ask('POST', '/hardware', { flavor });
    assert.equal(refused.status, 400);
    assert.match(refused.answer.error ?? '', /has no hardware .* It has cpu-small, cpu-large/);
  }
});

const COPY = 'spaces/ann/demo/duplicate';

void test('a Space is made and copied with hardware and a sleep time, on record; a copy has none of the decisions of its original', async () => {
  await using opened = await openProgramHub();
  const { hub, runner, ask } = opened;
  await opened.begin();
  await ask('POST', '/variables', { key: 'A', value: '1' });
  await ask('PUT', '/egress', { kind: 'closed' });
  await ask('POST', '/hardware', { flavor: 'cpu-upgrade', sleepTimeSeconds: 60 });
  const plain = await post(opened, COPY, { repository: 'ann/plain' });
  assert.equal(plain.status, 200);
  const first = await runner.wanted('ann/plain');
  assert.deepEqual(
    [first.hardware.name, first.sleepSeconds, first.egress],
    ['cpu-basic', 48 * 3_600, { kind: 'open' }],
  );
  const wish = { hardware: 'cpu-upgrade', sleepTimeSeconds: -1, variables: [{ key: 'B', value: '2' }] };
  const copied = await post(opened, COPY, { repository: 'ann/wished', ...wish });
  assert.equal(copied.status, 200);
  const second = await runner.wanted('ann/wished');
  assert.deepEqual([second.hardware.name, second.sleepSeconds], ['cpu-upgrade', null]);
  const own = second.variables.filter(({ name }) => name === 'A' || name === 'B');
  assert.deepEqual(own.map(({ name, value }) => `${name}=${value}`).toSorted(), ['A=1', 'B=2']);
  const made = await post(opened, 'repos/create', {
    ...{ name: 'made', type: 'space', sdk: 'gradio', hardware: 'cpu-upgrade' },
  });
  assert.equal(made.status, 200);
  await using superuser = openSuperuserPool(hub.database);
  const { rows } = await superuser.pool.query<{ body: string }>(
    `select body from ledger.entry where kind = 'space.hardware-set' and subject = any($1) order by at`,
    [[`repo:${copied.answer.id ?? ''}`, `repo:${made.answer.id ?? ''}`]],
  );
  assert.deepEqual(
    rows.map(({ body }) => JSON.parse(body) as object),
    [{ hardware: 'cpu-upgrade', sleepSeconds: -1 }, { hardware: 'cpu-upgrade' }],
  );
});

void test('what a Space cannot have from its first moment is refused, and no repository is made', async () => {
  await using hub = await openServedHub();
  const bearer = { authorization: `Bearer ${await hub.addUser('ann')}` };
  const make = async (more: object) => await post({ hub, bearer }, 'repos/create', { name: 'a', ...more });
  for (const [more, says] of [
    [{ type: 'space', sdk: 'gradio', hardware: 't4-small' }, /no hardware "t4-small"\. It has cpu-basic/],
    [{ type: 'space', sdk: 'static', hardware: 'cpu-upgrade' }, /no hardware of this hub/],
    [{ type: 'space', sdk: 'gradio', sleepTimeSeconds: 0 }, /sleepTimeSeconds/],
    [{ type: 'model', hardware: 'cpu-upgrade' }, /hardware for anything but Spaces/],
  ] as const) {
    const { status, answer } = await make(more);
    assert.equal(status, 400, JSON.stringify(more));
    assert.match(answer.error ?? '', says);
  }
  assert.equal((await make({ type: 'space', sdk: 'static', hardware: 'cpu-basic' })).status, 200);
});
