// From a confinement to a command line, at each level.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Confinement } from './confinement.ts';
import { confine, type Mechanism, pathIn } from './mechanism.ts';

const CONFINEMENT: Confinement = {
  mounts: [],
  account: { name: 'holdfast-hub', uid: 901, gid: 902 },
  network: false,
};
const COMMAND = { file: '/bin/app', args: ['--x'], infoFd: 4 };
const SANDBOX = {
  program: '/usr/bin/bwrap',
  system: {},
  accounts: '/e',
  filter: '/e/filter',
  makerFilter: '/e/maker',
};

function mechanism(changes: Partial<Mechanism>): Mechanism {
  return { level: 'uids', sandbox: SANDBOX, setpriv: '/usr/bin/setpriv', shortcomings: [], ...changes };
}

void test('confine() changes the user inside the sandbox and takes every capability', () => {
  const { command, tellsPid } = confine(mechanism({}), CONFINEMENT, COMMAND);
  assert.equal(command.file, '/usr/bin/bwrap');
  assert.ok(tellsPid);
  const inner = command.args.slice(command.args.indexOf('--') + 1).join(' ');
  assert.equal(
    inner,
    '/usr/bin/setpriv --reuid 901 --regid 902 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs --pdeathsig KILL -- /bin/app --x',
  );
});

void test('confine() lets an ordinary user stay who they are', () => {
  const { command } = confine(mechanism({ level: 'namespaces' }), CONFINEMENT, COMMAND);
  assert.ok(command.args.includes('--unshare-user'));
  assert.ok(!command.args.includes('--reuid'));
  assert.ok(command.args.includes('--no-new-privs'));
});

void test('confine() uses users alone where no sandbox can be made', () => {
  const { command, tellsPid } = confine(mechanism({ sandbox: undefined }), CONFINEMENT, COMMAND);
  assert.equal(command.file, '/usr/bin/setpriv');
  assert.deepEqual(command.args.slice(0, 2), ['--reuid', '901']);
  assert.ok(!tellsPid);
});

void test('confine() never changes the user at the level none, and runs the command bare without setpriv', () => {
  const none = mechanism({ level: 'none', sandbox: undefined });
  assert.ok(!confine(none, CONFINEMENT, COMMAND).command.args.includes('--reuid'));
  const bare = confine({ ...none, setpriv: undefined }, CONFINEMENT, COMMAND);
  assert.deepEqual(bare.command, { file: '/bin/app', args: ['--x'] });
});

void test('confine() gives who makes sandboxes a namespace of its own, on a ground that was laid with the rights of root', () => {
  const maker: Confinement = {
    ...CONFINEMENT,
    mounts: [{ from: '/root/code', to: '/opt/code', access: 'read' }],
    makesSandboxes: true,
  };
  const { command, gated, filter } = confine(mechanism({}), maker, COMMAND);
  const [ground, ...rest] = command.args.join(' ').split(' -- ');
  assert.match(ground ?? '', /--ro-bind \/root\/code \/opt\/code/);
  assert.match(
    rest.join(' -- '),
    /--user --keep-caps .* \/usr\/bin\/bwrap .*--ro-bind \/opt\/code \/opt\/code/,
  );
  assert.ok(gated && filter === '/e/maker');
  assert.ok(!command.args.includes('901'), 'the user is who the kernel is told');
  const plain = confine(mechanism({ level: 'namespaces' }), maker, COMMAND);
  assert.ok(!plain.gated && plain.filter === '/e/maker' && plain.command.args.includes('--unshare-user'));
});

void test('pathIn() is the path the child sees', () => {
  const mount = { from: '/host', to: '/inside', access: 'read' } as const;
  assert.equal(pathIn(mechanism({}), mount), '/inside');
  assert.equal(pathIn(mechanism({ sandbox: undefined }), mount), '/host');
});
