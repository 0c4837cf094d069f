// How a child comes to users of its own.
import assert from 'node:assert/strict';
import test from 'node:test';
import { inUserNamespace } from './user-range.ts';

const PROGRAMS = { unshare: '/usr/bin/unshare', shell: '/usr/bin/sh', setpriv: '/usr/bin/setpriv' };

void test('inUserNamespace() waits on the descriptor that is named, closes it, and becomes root of the namespace', () => {
  const command = inUserNamespace(PROGRAMS, 8, ['/bin/app', '--x']);
  assert.deepEqual(command.slice(0, 4), ['/usr/bin/unshare', '--user', '--keep-caps', '--']);
  assert.ok(command.includes('echo >&8 && read -r word <&8 && exec "$@" 8>&-'));
  assert.deepEqual(command.slice(-8), [
    ...['--reuid', '0', '--regid', '0', '--clear-groups', '--'],
    ...['/bin/app', '--x'],
  ]);
});

void test('inUserNamespace() refuses a descriptor that a shell takes for a word', () => {
  assert.throws(() => inUserNamespace(PROGRAMS, 10, []), RangeError);
});
