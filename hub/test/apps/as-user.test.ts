// The same of an instance that an ordinary user started, which has namespaces alone to keep apps apart.
import test from 'node:test';
import { openAppInstance } from '../harness/app-instance.ts';
import { openOutside } from '../harness/outside.ts';
import { isRoot } from '../harness/test-user.ts';
import { proveAll } from './all-proofs.ts';
import { makeHostKeys } from './public-hosts.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const MINUTES = 60_000;

void test(
  'Spaces of an instance that an ordinary user started',
  { skip: !isRoot && 'making that user takes root', timeout: 40 * MINUTES },
  async (t) => {
    const keys = makeHostKeys();
    await using outside = await openOutside({ ...keys });
    await using apps = await openAppInstance('user', outside.instance);
    await proveAll(t, { apps, outside, keys, extent: LONG ? 'all' : 'some' });
  },
);
