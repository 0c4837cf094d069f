// What is shown of Spaces, in an instance that whoever runs this started: root has a user for each of them.
import test from 'node:test';
import { openAppInstance } from '../harness/app-instance.ts';
import { openOutside } from '../harness/outside.ts';
import { isRoot } from '../harness/test-user.ts';
import { proveAll } from './all-proofs.ts';
import { makeHostKeys } from './public-hosts.ts';

const MINUTES = 60_000;

void test('Spaces of an instance that whoever runs this started', { timeout: 40 * MINUTES }, async (t) => {
  const keys = makeHostKeys();
  await using stack = new AsyncDisposableStack();
  const outside = isRoot ? stack.use(await openOutside({ ...keys })) : undefined;
  await using apps = await openAppInstance('self', { ownCheckout: true, ...outside?.instance });
  await proveAll(t, { apps, outside, keys, extent: 'all' });
});
