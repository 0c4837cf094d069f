// A token that was found does no more than it was made for. Every route is called with every kind of token of an
// administrator who owns all there is; the table says which may. A new route fails here until somebody has said so.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Grant } from '../../src/modules/access/index.ts';
import { type Repo } from '../../src/modules/repos/index.ts';
import { accessRules } from '../../src/describe.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';

/**
 * Kinds of callers: nobody; a fine-grained token that may write another repository, or read the one that is asked for;
 * a token that may read all, or write all, that its owner may.
 */
const KINDS = ['anonymous', 'elsewhere', 'here', 'read', 'write'] as const;
type Kind = (typeof KINDS)[number];

const ALL = KINDS;
const TOKENS: readonly Kind[] = ['elsewhere', 'here', 'read', 'write'];
const READERS: readonly Kind[] = ['here', 'read', 'write'];
const BROAD: readonly Kind[] = ['read', 'write'];
const WRITERS: readonly Kind[] = ['write'];
const NOBODY: readonly Kind[] = [];

interface Rule {
  readonly may: readonly Kind[];
  /** What stands for `*` in the path. */
  readonly rest?: string;
  readonly body?: (repo: string) => unknown;
  /** What the body or the query holds decides, and no token does. */
  readonly bodyProves?: true;
}

const COMMIT = JSON.stringify({ key: 'header', value: { summary: 'by the table' } });
const FILE = JSON.stringify({ key: 'file', value: { path: 'a.txt', content: 'a' } });
const README = { rest: 'main/.gitattributes' };
const DIGEST = 'a'.repeat(64);

/** Who may call what. The repository is private. */
const RULES: Readonly<Record<string, Rule>> = {
  getHealth: { may: ALL },
  getReadiness: { may: ALL },
  beginDeviceLogin: { may: ALL, body: () => ({ client_id: '26be6b09-91c5-47da-9861-d2d2bb7a7e36' }) },
  exchangeToken: { may: NOBODY, bodyProves: true, body: () => ({}) },
  getPage: { may: ALL },
  postPage: { may: NOBODY },
  getPageFile: { may: NOBODY, rest: 'x' },
  getAvatar: { may: ALL },
  getAgentHarnesses: { may: ALL },
  headTelemetry: { may: ALL, rest: 'x' },
  getOpenApi: { may: ALL },
  listModelTags: { may: ALL },
  listDatasetTags: { may: ALL },
  revokeCredentials: { may: ALL, body: () => ({ credentials: ['x'] }) },
  validateYaml: { may: ALL, body: () => ({ content: '' }) },
  getMetrics: { may: BROAD },
  whoAmI: { may: TOKENS },
  getUserOverview: { may: TOKENS },
  getOrganizationOverview: { may: TOKENS },
  listMembers: { may: TOKENS },
  listLikes: { may: TOKENS },
  listOwnStorage: { may: BROAD },
  listOrganizationStorage: { may: BROAD },
  listRepos: { may: TOKENS },
  getRepo: { may: READERS },
  getRepoAtRevision: { may: READERS, rest: 'main' },
  checkRead: { may: READERS },
  checkWrite: { may: WRITERS },
  listLikers: { may: READERS },
  likeRepo: { may: WRITERS },
  unlikeRepo: { may: WRITERS },
  getNamelessRepo: { may: NOBODY },
  getNamelessFile: { may: NOBODY, ...README },
  headNamelessFile: { may: NOBODY, ...README },
  createRepo: { may: WRITERS, body: () => ({ name: 'another', private: true }) },
  deleteRepo: { may: WRITERS, body: (name) => ({ name }) },
  moveRepo: { may: WRITERS, body: (name) => ({ fromRepo: name, toRepo: 'ada/moved' }) },
  duplicateRepo: { may: WRITERS, body: () => ({ repository: 'ada/copied' }) },
  changeSettings: { may: WRITERS, body: () => ({ gated: false }) },
  preuploadFiles: { may: WRITERS, rest: 'main', body: () => ({ files: [] }) },
  createCommit: { may: WRITERS, rest: 'main', body: () => `${COMMIT}\n${FILE}\n` },
  createBranch: { may: WRITERS, rest: 'dev', body: () => ({}) },
  deleteBranch: { may: WRITERS, rest: 'old' },
  createTag: { may: WRITERS, rest: 'main', body: () => ({ tag: 'v1' }) },
  deleteTag: { may: WRITERS, rest: 'v0' },
  superSquash: { may: WRITERS, rest: 'main', body: () => ({}) },
  listTree: { may: READERS, rest: 'main' },
  getPathsInfo: { may: READERS, rest: 'main', body: () => ({ paths: ['.gitattributes'] }) },
  listRefs: { may: READERS },
  listCommits: { may: READERS, rest: 'main' },
  getFile: { may: READERS, ...README },
  headFile: { may: READERS, ...README },
  getRawFile: { may: READERS, ...README },
  headRawFile: { may: READERS, ...README },
  listLargeFiles: { may: WRITERS },
  deleteLargeFiles: { may: WRITERS, body: () => ({ deletions: { sha: [] } }) },
  duplicateLargeFiles: {
    may: WRITERS,
    body: (name) => ({ target: { type: 'model', name }, files: [] }),
  },
  lfsBatch: {
    may: WRITERS,
    body: () => ({ operation: 'upload', objects: [{ oid: DIGEST, size: 1 }] }),
  },
  // Locks are not there for anybody.
  lfsVerifyLocks: { may: NOBODY, body: () => ({}) },
  getSpaceRuntime: { may: READERS },
  getSpaceHost: { may: READERS },
  restartSpace: { may: WRITERS },
  pauseSpace: { may: WRITERS },
  listVariables: { may: READERS },
  setVariable: { may: WRITERS, body: () => ({ key: 'A', value: 'a' }) },
  deleteVariable: { may: WRITERS, body: () => ({ key: 'A' }) },
  listSecrets: { may: WRITERS },
  getSpaceLogs: { may: WRITERS },
  // Refused to everybody: there is none.
  setSecret: { may: NOBODY, bodyProves: true, body: () => ({}) },
  requestHardware: { may: NOBODY, bodyProves: true, body: () => ({}) },
  setSleepTime: { may: NOBODY, bodyProves: true, body: () => ({}) },
  visitSpace: { may: NOBODY, bodyProves: true },
  getXetReadToken: { may: READERS, rest: 'main' },
  getXetWriteToken: { may: WRITERS, rest: 'main' },
};

/** Routes that look at no token of a user: signed links, Xet tokens, the operator's socket. */
const OTHER_PROOFS = new Set(['link', 'xet', 'operator']);

async function tokensFor(hub: ServedHub, here: Repo, other: Repo): Promise<Record<Kind, string>> {
  const issue = async (grant: Grant): Promise<string> => {
    const { text } = await hub.modules.tokens.issue(OPERATOR, { user: 'ada', name: 'test', grant });
    return text.reveal('to send it');
  };
  const only = (
    repo: Repo,
    permissions: ['repo.content.read'] | ['repo.content.read', 'repo.write'],
  ): Grant => ({
    role: 'fineGrained',
    scoped: [{ entity: { type: repo.type, id: repo.id, name: `ada/${repo.name}` }, permissions }],
    global: [],
    canReadGatedRepos: false,
  });
  return {
    anonymous: '',
    elsewhere: await issue(only(other, ['repo.content.read', 'repo.write'])),
    here: await issue(only(here, ['repo.content.read'])),
    read: await issue({ role: 'read' }),
    write: await issue({ role: 'write' }),
  };
}

function pathOf(path: string, name: string, rest: string): string {
  const owner = path.includes('/organizations/') ? 'acme' : path.includes('/users/') ? 'ada' : name;
  return path
    .replace('{type}', 'models')
    .replace('{prefix}', '')
    .replace('{namespace}', 'ada')
    .replace('{name}', owner)
    .replace('*', rest)
    .replace('{kind}', 'build')
    .replaceAll(/\{\w+\}/g, 'x');
}

void test('a token reaches what it was made for and nothing else', async (t) => {
  await using hub = await openServedHub();
  await hub.modules.identity.createUser(OPERATOR, {
    name: 'ada',
    email: 'ada@example.org',
    administrator: true,
  });
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  const other = await hub.addRepo('ada/other');
  const owner = await hub.addToken('ada', 'write');
  const rules = accessRules();
  for (const { method, path, operation, access } of rules)
    await t.test(operation, async () => {
      const proof = OTHER_PROOFS.has(access);
      const rule: Rule | undefined = proof ? { may: NOBODY } : RULES[operation];
      assert.ok(rule !== undefined, `say in RULES who may call ${operation}`);
      const name = `secret-${operation.toLowerCase()}`;
      const type = path.startsWith('/api/spaces/') ? 'space' : 'model';
      const repo = await hub.addRepo(`ada/${name}`, { type });
      if (type === 'model') await prepare(hub, name, owner.text);
      const tokens = await tokensFor(hub, repo, other);
      for (const kind of KINDS) {
        const body = rule.body?.(`ada/${name}`);
        const answer = await fetch(hub.url + pathOf(path, name, rule.rest ?? 'main'), {
          method,
          headers: {
            ...(kind !== 'anonymous' && { authorization: `Bearer ${tokens[kind]}` }),
            'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json',
          },
          body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
          redirect: 'manual',
        });
        const text = await answer.text();
        const said = `${kind}: ${answer.status} ${answer.headers.get('x-error-code')} ${text.slice(0, 200)}`;
        if (rule.may.includes(kind)) assert.ok(answer.status < 300, said);
        else
          assert.ok(
            REFUSED.includes(answer.status) && (answer.status > 400 || proof || rule.bodyProves === true),
            said,
          );
        if (!proof && (kind === 'anonymous' || kind === 'elsewhere')) assert.ok(!text.includes(name), said);
      }
    });
  assert.deepEqual(
    Object.keys(RULES).filter((name) => !rules.some(({ operation }) => operation === name)),
    [],
    'every rule is for a route',
  );
});

// A signed link, or a body for one, may be malformed before anything is looked at.
const REFUSED = [400, 401, 403, 404];

/** What some routes need to find. */
async function prepare(hub: ServedHub, name: string, token: string): Promise<void> {
  const ask = async (what: string, body: object): Promise<void> => {
    const answer = await fetch(`${hub.url}/api/models/ada/${name}/${what}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200, await answer.text());
  };
  await ask('branch/old', {});
  await ask('tag/main', { tag: 'v0' });
}
