// Every page and every form of it by every kind of caller, as docs/generated/access-matrix.md says. The pages are found in what was
// built of them: a new page or form fails here until somebody has said who may have it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Pool } from 'pg';
import { addressOf, type PageCall } from '../harness/page-call.ts';
import { PAGE_CALLS } from '../harness/page-calls.ts';
import {
  outcomeOf,
  PAGE_CALLER_NAMES,
  PAGE_MATRIX,
  type Outcome,
  type PageCaller,
} from '../harness/page-matrix.ts';
import { findPageRows, type PageRow } from '../harness/page-rows.ts';
import { countActs, openPageScene, type PageScene } from '../harness/page-scene.ts';
import { withPool } from '../harness/shared-server.ts';

type Visibility = 'private' | 'public';

interface Answered {
  readonly status: number;
  readonly location: string;
  readonly body: string;
}

async function callAs(
  scene: PageScene,
  { route, action }: PageRow,
  { caller, call }: { readonly caller: PageCaller; readonly call: PageCall },
): Promise<Answered> {
  const { url } = scene.hubOf(caller);
  const isForeign = caller === 'foreign';
  const headers = {
    ...(await scene.headersOf(caller)),
    'sec-fetch-site': isForeign ? 'cross-site' : 'same-origin',
    ...(action !== undefined && {
      origin: isForeign ? 'https://evil.example' : url,
      'content-type': 'application/x-www-form-urlencoded',
    }),
  };
  const body = action === undefined ? null : new URLSearchParams(call.fields).toString();
  const method = action === undefined ? 'GET' : 'POST';
  const answer = await fetch(url + addressOf(route, call, action), {
    method,
    headers,
    body,
    redirect: 'manual',
  });
  const location = answer.headers.get('location') ?? '';
  return { status: answer.status, location, body: await answer.text() };
}

function readOutcome({ status, location, body }: Answered, { action }: PageRow, { told }: PageCall): Outcome {
  // A page leads there without a way back where it has nothing to come back to; a form that does so has done its work.
  if (location.startsWith('/sign-in?to=') || (action === undefined && location === '/sign-in'))
    return 'sign in';
  if (location.startsWith('/account/prove?to=')) return 'prove';
  return status < 400 || told?.test(body) === true ? 'yes' : 'no';
}

interface Calling {
  readonly pool: Pool;
  readonly row: PageRow;
  readonly visibility: Visibility;
  readonly tag: string;
}

async function checkCalls(scene: PageScene, { pool, row, visibility, tag }: Calling): Promise<void> {
  const rule = PAGE_MATRIX[row.key];
  const make = PAGE_CALLS[row.key];
  assert.ok(rule !== undefined, `say in PAGE_MATRIX who may have ${row.key}`);
  assert.ok(make !== undefined, `say in PAGE_CALLS how ${row.key} is called`);
  const callOf = async (caller: PageCaller): Promise<PageCall> => {
    // What a form of theirs does is not there for the next one.
    const uses = row.action !== undefined && outcomeOf(rule, caller, visibility) === 'yes';
    return await make({
      scene,
      caller,
      visibility,
      tag: uses ? `${tag}-${PAGE_CALLER_NAMES.indexOf(caller)}` : tag,
    });
  };
  // Made before, because whose proof is old is not shown what is new.
  const old = await callOf('unproved');
  await scene.passProofs();
  for (const caller of ['unproved', ...PAGE_CALLER_NAMES.filter((one) => one !== 'unproved')] as const) {
    const call = caller === 'unproved' ? old : await callOf(caller);
    const before = await countActs(pool);
    const answer = await callAs(scene, row, { caller, call });
    const said = `${caller}, ${visibility}: ${answer.status} ${answer.location} ${answer.body.slice(0, 200)}`;
    assert.ok(answer.status < 500, said);
    const outcome = readOutcome(answer, row, call);
    assert.equal(outcome, outcomeOf(rule, caller, visibility), said);
    const isDone = outcome === 'yes' && row.action !== undefined && answer.status < 400;
    const leaves = isDone && call.leaves !== 'nothing';
    assert.equal((await countActs(pool)) > before, leaves, `${said}: whether the ledger says what was done`);
  }
}

void test('every page and form lets in whom the access matrix names, and nobody else', async (t) => {
  await using scene = await openPageScene();
  const rows = await findPageRows();
  await withPool(scene.hub.database.superuser, async (pool) => {
    for (const [at, row] of rows.entries())
      await t.test(row.key, async () => {
        await checkCalls(scene, { pool, row, visibility: 'private', tag: `${at}` });
        if (row.route.startsWith('{prefix}'))
          await checkCalls(scene, { pool, row, visibility: 'public', tag: `${at}-public` });
      });
  });
  const known = new Set(rows.map(({ key }) => key));
  for (const [what, table] of Object.entries({ PAGE_MATRIX, PAGE_CALLS }))
    assert.deepEqual(
      Object.keys(table).filter((key) => !known.has(key)),
      [],
      `every line of ${what} is for a page or a form`,
    );
});
