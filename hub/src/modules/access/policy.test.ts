// The decision, as a table: who, what, on which repository.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import {
  discoverableNamespaces,
  isFreshlyProved,
  mayCredentials,
  mayGovern,
  mayInstance,
  mayInstanceMetrics,
  mayInvite,
  mayLike,
  mayNamespace,
  mayOversee,
  mayRepo,
  matchesPattern,
  needsProof,
  scopedReach,
} from './policy.ts';
import { actorReference, credentialReference, operatorFields, tokenOf } from './references.ts';
import {
  isRecorded,
  type Actor,
  type Decision,
  type Grant,
  type NamespaceSubject,
  type Permission,
  type RepoAction,
  type RepoSubject,
  type Role,
} from './model.ts';

const id = (digit: string): Id => digit.repeat(24) as Id;
const ALICE = id('a');
const BOB = id('b');
const TEAM = id('c');

function user(userId: Id, grant: Grant, roles: Record<string, Role> = {}): Actor & { kind: 'user' } {
  return {
    kind: 'user',
    userId,
    name: 'someone',
    administrator: false,
    memberships: new Map(Object.entries(roles) as [Id, Role][]),
    credential: { kind: 'token', id: id('f') },
    grant,
  };
}

const READ: Grant = { role: 'read' };
const WRITE: Grant = { role: 'write' };
const SYSTEM: Actor = { kind: 'system', part: 'test' };
const OPERATOR: Actor = { kind: 'operator', osUser: 'root', command: 'x', terminal: 'tty' };
const ANONYMOUS: Actor = { kind: 'anonymous', mayReadPublic: false };
const VISITOR: Actor = { kind: 'anonymous', mayReadPublic: true };

function repo(change: Partial<RepoSubject> = {}): RepoSubject {
  return {
    kind: 'repo',
    id: id('1'),
    type: 'model',
    name: 'bert-base',
    namespaceId: TEAM,
    creatorId: ALICE,
    visibility: 'private',
    gated: false,
    ...change,
  };
}

function outcome(decision: Decision): string {
  return decision.allowed ? 'allowed' : decision.refusal;
}

const ACTIONS: readonly RepoAction[] = ['discover', 'read', 'write', 'administer'];

function outcomes(actor: Actor, subject: RepoSubject): string[] {
  return ACTIONS.map((action) => outcome(mayRepo(actor, action, subject)));
}

void test('mayRepo() hides a private repository from everyone outside its namespace', () => {
  assert.deepEqual(outcomes(user(BOB, WRITE), repo()), ['missing', 'missing', 'missing', 'missing']);
  assert.deepEqual(outcomes(ANONYMOUS, repo()), Array(4).fill('unauthenticated'));
  assert.deepEqual(outcomes(VISITOR, repo()), Array(4).fill('unauthenticated'));
});

void test('mayRepo() lets each role do what it includes', () => {
  const by = (role: Role): string[] => outcomes(user(BOB, WRITE, { [TEAM]: role }), repo());
  assert.deepEqual(by('read'), ['allowed', 'allowed', 'forbidden', 'forbidden']);
  assert.deepEqual(by('contributor'), ['allowed', 'allowed', 'forbidden', 'forbidden']);
  assert.deepEqual(by('write'), ['allowed', 'allowed', 'allowed', 'allowed']);
  assert.deepEqual(by('admin'), ['allowed', 'allowed', 'allowed', 'allowed']);
});

void test('mayRepo() lets a contributor write what they made, and not administer it', () => {
  const alice = user(ALICE, WRITE, { [TEAM]: 'contributor' });
  assert.deepEqual(outcomes(alice, repo()), ['allowed', 'allowed', 'allowed', 'forbidden']);
});

void test('mayRepo() lets a read token read and nothing else, whoever owns it', () => {
  const own = repo({ namespaceId: ALICE });
  assert.deepEqual(outcomes(user(ALICE, READ), own), ['allowed', 'allowed', 'forbidden', 'forbidden']);
  assert.deepEqual(outcomes(user(ALICE, WRITE), own), ['allowed', 'allowed', 'allowed', 'allowed']);
});

void test('mayRepo() opens public repositories to readers, not to writers', () => {
  const open = repo({ visibility: 'public' });
  assert.deepEqual(outcomes(user(BOB, WRITE), open), ['allowed', 'allowed', 'forbidden', 'forbidden']);
  assert.deepEqual(outcomes(VISITOR, open), ['allowed', 'allowed', 'unauthenticated', 'unauthenticated']);
  assert.deepEqual(outcomes(ANONYMOUS, open), Array(4).fill('unauthenticated'));
});

void test('mayRepo() shows that a gated repository exists and keeps its files', () => {
  const gated = repo({ visibility: 'public', gated: 'manual' });
  assert.deepEqual(outcomes(user(BOB, WRITE), gated).slice(0, 2), ['allowed', 'gated']);
  assert.deepEqual(outcomes(VISITOR, gated).slice(0, 2), ['allowed', 'gated']);
  assert.deepEqual(outcomes(user(BOB, READ, { [TEAM]: 'read' }), gated).slice(0, 2), ['allowed', 'allowed']);
});

void test('mayRepo() shows that a protected Space exists and keeps its files', () => {
  const space = repo({ type: 'space', visibility: 'protected' });
  assert.deepEqual(outcomes(user(BOB, WRITE), space).slice(0, 2), ['allowed', 'forbidden']);
  assert.deepEqual(outcomes(VISITOR, space).slice(0, 2), ['allowed', 'unauthenticated']);
  assert.deepEqual(outcomes(user(BOB, READ, { [TEAM]: 'read' }), space).slice(0, 2), ['allowed', 'allowed']);
});

function scoped(
  entity: { type: 'model' | 'dataset' | 'user' | 'org'; id: Id },
  permissions: readonly Permission[],
  patterns?: readonly string[],
): Grant {
  const one = { entity: { ...entity, name: 'x' }, permissions, ...(patterns !== undefined && { patterns }) };
  return { role: 'fineGrained', scoped: [one], global: [], canReadGatedRepos: false };
}

void test('mayRepo() holds a fine-grained token to the repository it names', () => {
  const reader = user(BOB, scoped({ type: 'model', id: id('1') }, ['repo.content.read']), {
    [TEAM]: 'admin',
  });
  assert.deepEqual(outcomes(reader, repo()), ['allowed', 'allowed', 'forbidden', 'forbidden']);
  assert.deepEqual(outcomes(reader, repo({ id: id('2') })), Array(4).fill('missing'));
  assert.deepEqual(outcomes(reader, repo({ type: 'dataset' })), Array(4).fill('missing'));
  const writer = user(BOB, scoped({ type: 'model', id: id('1') }, ['repo.write']), { [TEAM]: 'write' });
  assert.deepEqual(outcomes(writer, repo()), ['allowed', 'allowed', 'allowed', 'allowed']);
});

void test('mayRepo() gives a token no more than its owner has', () => {
  const outsider = user(BOB, scoped({ type: 'model', id: id('1') }, ['repo.write']));
  assert.deepEqual(outcomes(outsider, repo()), Array(4).fill('missing'));
  const member = user(BOB, scoped({ type: 'model', id: id('1') }, ['repo.write']), { [TEAM]: 'read' });
  assert.deepEqual(outcomes(member, repo()).slice(2), ['forbidden', 'forbidden']);
});

void test('mayRepo() holds a namespace scope to its name patterns', () => {
  const grant = scoped({ type: 'org', id: TEAM }, ['repo.write'], ['bert-*']);
  const actor = user(BOB, grant, { [TEAM]: 'write' });
  assert.deepEqual(outcomes(actor, repo()), ['allowed', 'allowed', 'allowed', 'allowed']);
  assert.deepEqual(outcomes(actor, repo({ name: 'gpt' })), Array(4).fill('missing'));
});

void test('mayRepo() lets the system act and keeps the operator out of content', () => {
  assert.deepEqual(outcomes(SYSTEM, repo()), Array(4).fill('allowed'));
  assert.deepEqual(outcomes(OPERATOR, repo({ visibility: 'public' })), Array(4).fill('forbidden'));
});

const NAMESPACE: NamespaceSubject = { kind: 'namespace', id: TEAM, type: 'org' };

void test('mayNamespace() asks for the role that each action needs', () => {
  const may = (role: Role, action: Parameters<typeof mayNamespace>[1]): string =>
    outcome(mayNamespace(user(BOB, WRITE, { [TEAM]: role }), action, NAMESPACE));
  assert.deepEqual([may('read', 'create'), may('contributor', 'create')], ['forbidden', 'allowed']);
  assert.deepEqual([may('write', 'administer'), may('admin', 'administer')], ['forbidden', 'allowed']);
  assert.deepEqual([may('read', 'members'), may('read', 'settings')], ['allowed', 'allowed']);
});

void test('mayNamespace() refuses strangers, the anonymous and read tokens', () => {
  assert.equal(outcome(mayNamespace(user(BOB, WRITE), 'create', NAMESPACE)), 'forbidden');
  assert.equal(outcome(mayNamespace(VISITOR, 'members', NAMESPACE)), 'unauthenticated');
  assert.equal(outcome(mayNamespace(user(BOB, READ, { [TEAM]: 'admin' }), 'create', NAMESPACE)), 'forbidden');
  assert.equal(outcome(mayNamespace(SYSTEM, 'create', NAMESPACE)), 'allowed');
  assert.equal(outcome(mayNamespace(OPERATOR, 'create', NAMESPACE)), 'forbidden');
  assert.equal(outcome(mayNamespace(OPERATOR, 'administer', NAMESPACE)), 'allowed');
});

void test('mayNamespace() needs the permission in a fine-grained token, for the whole namespace', () => {
  const may = (grant: Grant): string =>
    outcome(mayNamespace(user(BOB, grant, { [TEAM]: 'admin' }), 'create', NAMESPACE));
  assert.equal(may(scoped({ type: 'org', id: TEAM }, ['repo.write'])), 'allowed');
  assert.equal(may(scoped({ type: 'org', id: TEAM }, ['repo.content.read'])), 'forbidden');
  assert.equal(may(scoped({ type: 'org', id: TEAM }, ['repo.write'], ['a*'])), 'forbidden');
  assert.equal(may(scoped({ type: 'org', id: BOB }, ['repo.write'])), 'forbidden');
});

void test('mayInstance() is for the operator and the system', () => {
  assert.equal(outcome(mayInstance(OPERATOR)), 'allowed');
  assert.equal(outcome(mayInstance(SYSTEM)), 'allowed');
  assert.equal(outcome(mayInstance({ ...user(BOB, WRITE), administrator: true })), 'forbidden');
  assert.equal(outcome(mayInstance(ANONYMOUS)), 'unauthenticated');
  assert.ok(mayInstanceMetrics({ ...user(BOB, WRITE), administrator: true }));
  assert.ok(!mayInstanceMetrics(user(BOB, WRITE)));
  assert.ok(mayInstanceMetrics({ ...user(BOB, READ), administrator: true }));
  const narrow = scoped({ type: 'user', id: BOB }, ['repo.content.read', 'repo.write']);
  assert.ok(!mayInstanceMetrics({ ...user(BOB, narrow), administrator: true }));
  assert.ok(mayInstanceMetrics(OPERATOR));
});

const PROVED = new Date('2026-01-01T12:00:00Z');

function signedIn(userId: Id): Actor & { kind: 'user' } {
  return { ...user(userId, WRITE), credential: { kind: 'session', id: id('e'), provedAt: PROVED } };
}

void test('mayCredentials() is for the user themselves, signed in, and for no token', () => {
  assert.equal(outcome(mayCredentials(signedIn(BOB), BOB)), 'allowed');
  assert.equal(outcome(mayCredentials(signedIn(BOB), ALICE)), 'forbidden');
  assert.equal(outcome(mayCredentials({ ...signedIn(BOB), administrator: true }, ALICE)), 'forbidden');
  assert.equal(outcome(mayCredentials(user(BOB, WRITE), BOB)), 'forbidden');
  assert.equal(outcome(mayCredentials(ANONYMOUS, BOB)), 'unauthenticated');
  assert.equal(outcome(mayCredentials(OPERATOR, BOB)), 'allowed');
  assert.equal(outcome(mayCredentials(SYSTEM, BOB)), 'allowed');
});

void test('mayInvite() is for who administers the instance or the organisation, signed in', () => {
  const admin = { ...signedIn(BOB), administrator: true };
  const owner = { ...signedIn(BOB), memberships: new Map([[TEAM, 'admin' as const]]) };
  assert.equal(outcome(mayInvite(admin, null)), 'allowed');
  assert.equal(outcome(mayInvite(admin, TEAM)), 'forbidden');
  assert.equal(outcome(mayInvite(owner, TEAM)), 'allowed');
  assert.equal(outcome(mayInvite(owner, null)), 'forbidden');
  assert.equal(outcome(mayInvite({ ...owner, memberships: new Map([[TEAM, 'write']]) }, TEAM)), 'forbidden');
  assert.equal(outcome(mayInvite({ ...user(BOB, WRITE), administrator: true }, null)), 'forbidden');
  assert.equal(outcome(mayInvite(ANONYMOUS, null)), 'unauthenticated');
  assert.equal(outcome(mayInvite(OPERATOR, TEAM)), 'allowed');
});

void test('mayGovern() is for who administers the organisation, signed in, and for nobody else', () => {
  const owner = { ...signedIn(BOB), memberships: new Map([[TEAM, 'admin' as const]]) };
  assert.equal(outcome(mayGovern(owner, TEAM)), 'allowed');
  assert.equal(outcome(mayGovern(owner, id('9'))), 'forbidden');
  assert.equal(outcome(mayGovern({ ...owner, memberships: new Map([[TEAM, 'write']]) }, TEAM)), 'forbidden');
  assert.equal(outcome(mayGovern({ ...signedIn(BOB), administrator: true }, TEAM)), 'forbidden');
  assert.equal(outcome(mayGovern(user(BOB, WRITE, { [TEAM]: 'admin' }), TEAM)), 'forbidden');
  assert.equal(outcome(mayGovern(ANONYMOUS, TEAM)), 'unauthenticated');
  assert.deepEqual(
    [OPERATOR, SYSTEM].map((actor) => outcome(mayGovern(actor, TEAM))),
    ['allowed', 'allowed'],
  );
});

void test('isFreshlyProved() is true of a session for ten minutes, of a token never', () => {
  const later = (minutes: number): Date => new Date(PROVED.getTime() + minutes * 60_000);
  assert.ok(isFreshlyProved(signedIn(BOB), PROVED));
  assert.ok(isFreshlyProved(signedIn(BOB), later(10)));
  assert.ok(!isFreshlyProved(signedIn(BOB), later(10.01)));
  assert.ok(!isFreshlyProved(user(BOB, WRITE), PROVED));
  assert.ok(!isFreshlyProved(ANONYMOUS, PROVED));
  assert.ok(isFreshlyProved(OPERATOR, PROVED));
});

void test('needsProof() is true of a session that is not fresh, and of nothing else', () => {
  const later = new Date(PROVED.getTime() + 11 * 60_000);
  assert.ok(!needsProof(signedIn(BOB), PROVED));
  assert.ok(needsProof(signedIn(BOB), later));
  for (const actor of [user(BOB, WRITE), OPERATOR, SYSTEM, ANONYMOUS]) assert.ok(!needsProof(actor, later));
});

void test('mayLike() needs a token that may write, or the permission for the user', () => {
  const likes: readonly Permission[] = ['user.social.likes.write'];
  assert.equal(outcome(mayLike(user(BOB, WRITE))), 'allowed');
  assert.equal(outcome(mayLike(user(BOB, READ))), 'forbidden');
  assert.equal(outcome(mayLike(ANONYMOUS)), 'unauthenticated');
  assert.equal(outcome(mayLike(OPERATOR)), 'forbidden');
  assert.equal(outcome(mayLike(user(BOB, scoped({ type: 'user', id: BOB }, likes)))), 'allowed');
  assert.equal(outcome(mayLike(user(BOB, scoped({ type: 'user', id: BOB }, ['repo.write'])))), 'forbidden');
  assert.equal(outcome(mayLike(user(BOB, scoped({ type: 'user', id: id('9') }, likes)))), 'forbidden');
  assert.equal(outcome(mayLike(user(BOB, scoped({ type: 'org', id: TEAM }, likes)))), 'forbidden');
});

void test('discoverableNamespaces() and scopedReach() say what lists may show', () => {
  assert.deepEqual(discoverableNamespaces(user(BOB, READ, { [TEAM]: 'read' })), [BOB, TEAM]);
  assert.deepEqual(discoverableNamespaces(VISITOR), []);
  assert.deepEqual(scopedReach(VISITOR), { repos: [], namespaces: [] });
  const one = user(BOB, scoped({ type: 'model', id: id('1') }, ['repo.content.read']), { [TEAM]: 'read' });
  assert.deepEqual(scopedReach(one), { repos: [id('1')], namespaces: [] });
  assert.deepEqual(discoverableNamespaces(one), []);
  const whole = user(BOB, scoped({ type: 'org', id: TEAM }, ['repo.write']), { [TEAM]: 'read' });
  assert.deepEqual(scopedReach(whole), { repos: [], namespaces: [TEAM] });
  assert.deepEqual(scopedReach(user(BOB, scoped({ type: 'org', id: TEAM }, ['repo.write']))).namespaces, []);
  assert.deepEqual(scopedReach(user(BOB, scoped({ type: 'org', id: TEAM }, ['org.read']))).namespaces, []);
});

void test('matchesPattern() takes * for any text and nothing else for special', () => {
  const matches: [string, string, boolean][] = [
    ['bert', 'bert', true],
    ['bert', 'bert2', false],
    ['BERT-*', 'bert-base', true],
    ['*-base', 'bert-base', true],
    ['*a*a', 'aa', true],
    ['*a*a', 'a', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['b.rt', 'bert', false],
    ['*', '', true],
    ['x*', 'y', false],
  ];
  for (const [pattern, name, expected] of matches)
    assert.equal(matchesPattern(pattern, name), expected, `${pattern} ${name}`);
  const startedAt = process.cpuUsage();
  matchesPattern(`${'*a'.repeat(200)}b`, 'a'.repeat(5000));
  assert.ok(process.cpuUsage(startedAt).user < 100_000, 'a hostile pattern must not take exponential time');
});

void test('references name actors and credentials for the ledger', () => {
  assert.equal(actorReference(user(BOB, READ)), `user:${BOB}`);
  assert.deepEqual([OPERATOR, SYSTEM, ANONYMOUS].map(actorReference), [
    'operator',
    'system:test',
    'anonymous',
  ]);
  assert.equal(credentialReference(user(BOB, READ)), `token:${id('f')}`);
  assert.equal(credentialReference(signedIn(BOB)), `session:${id('e')}`);
  assert.deepEqual([user(BOB, READ), signedIn(BOB), ANONYMOUS].map(tokenOf), [id('f'), '', '']);
  assert.equal(credentialReference(OPERATOR), '');
  assert.deepEqual(operatorFields(OPERATOR), { osUser: 'root', terminal: 'tty', command: 'x' });
  assert.deepEqual(operatorFields(SYSTEM), {});
});

void test('isRecorded() leaves out only what everybody may read', () => {
  assert.equal(isRecorded(repo({ visibility: 'public', gated: false })), false);
  assert.equal(isRecorded(repo({ visibility: 'public', gated: 'auto' })), true);
  assert.equal(isRecorded(repo({ visibility: 'private', gated: false })), true);
  assert.equal(isRecorded(repo({ visibility: 'protected', gated: false })), true);
});

void test('mayOversee() is for administrators who are signed in, and for whoever runs the instance', () => {
  const token = { ...user(ALICE, WRITE), administrator: true };
  const session = {
    ...token,
    credential: { kind: 'session', id: id('f'), provedAt: new Date(0) } as const,
  };
  assert.deepEqual(mayOversee(session), { allowed: true });
  assert.deepEqual(mayOversee(token), { allowed: false, refusal: 'forbidden' });
  assert.deepEqual(mayOversee({ ...session, administrator: false }), {
    allowed: false,
    refusal: 'forbidden',
  });
  assert.deepEqual(mayOversee(ANONYMOUS), { allowed: false, refusal: 'unauthenticated' });
  for (const actor of [OPERATOR, SYSTEM]) assert.deepEqual(mayOversee(actor), { allowed: true });
});
