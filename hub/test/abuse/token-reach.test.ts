// A token that was found does no more than it was made for. Every route is called with every kind of token of an
// administrator who owns all there is; the table says which may. A new route fails here until somebody has said so.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Grant } from '../../src/modules/access/index.ts';
import { type Repo } from '../../src/modules/repos/index.ts';
import { accessRules } from '../../src/describe.ts';
import { askedPath, ROUTE_CALLS } from '../harness/route-calls.ts';
import { StandInRunner } from '../harness/stand-in-runner.ts';
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

/** Who may call what. The repository is private. */
const RULES: Readonly<Record<string, readonly Kind[]>> = {
  getHealth: ALL,
  getReadiness: ALL,
  beginDeviceLogin: ALL,
  exchangeToken: NOBODY,
  getOpenIdConfiguration: ALL,
  getSigningKeys: ALL,
  // Tokens of applications alone.
  getUserInfo: NOBODY,
  postUserInfo: NOBODY,
  getPage: ALL,
  postPage: NOBODY,
  getPageFile: NOBODY,
  getRepoPage: NOBODY,
  postRepoPage: NOBODY,
  postRepoText: NOBODY,
  planPageUpload: NOBODY,
  putPageObject: NOBODY,
  commitFromPage: NOBODY,
  getPageDownload: NOBODY,
  postSecretPage: NOBODY,
  followSpaceLog: NOBODY,
  getAvatar: ALL,
  getAgentHarnesses: ALL,
  headTelemetry: ALL,
  getOpenApi: ALL,
  listModelTags: ALL,
  listDatasetTags: ALL,
  revokeCredentials: ALL,
  validateYaml: ALL,
  getMetrics: BROAD,
  whoAmI: TOKENS,
  getUserOverview: TOKENS,
  getOrganizationOverview: TOKENS,
  listMembers: TOKENS,
  listLikes: TOKENS,
  listOwnStorage: BROAD,
  listOrganizationStorage: BROAD,
  listRepos: TOKENS,
  getRepo: READERS,
  getRepoAtRevision: READERS,
  checkRead: READERS,
  checkWrite: WRITERS,
  listLikers: READERS,
  likeRepo: WRITERS,
  unlikeRepo: WRITERS,
  getNamelessRepo: NOBODY,
  getNamelessFile: NOBODY,
  headNamelessFile: NOBODY,
  createRepo: WRITERS,
  deleteRepo: WRITERS,
  moveRepo: WRITERS,
  duplicateRepo: WRITERS,
  changeSettings: WRITERS,
  preuploadFiles: WRITERS,
  createCommit: WRITERS,
  createBranch: WRITERS,
  deleteBranch: WRITERS,
  createTag: WRITERS,
  deleteTag: WRITERS,
  superSquash: WRITERS,
  listTree: READERS,
  getPathsInfo: READERS,
  listRefs: READERS,
  listCommits: READERS,
  getFile: READERS,
  headFile: READERS,
  getRawFile: READERS,
  headRawFile: READERS,
  listLargeFiles: WRITERS,
  deleteLargeFiles: WRITERS,
  duplicateLargeFiles: WRITERS,
  lfsBatch: WRITERS,
  // Locks are not there for anybody.
  lfsVerifyLocks: NOBODY,
  getSpaceRuntime: READERS,
  getSpaceHost: READERS,
  getSpaceLogs: WRITERS,
  getSpaceMetrics: WRITERS,
  restartSpace: WRITERS,
  pauseSpace: WRITERS,
  listVariables: READERS,
  setVariable: WRITERS,
  deleteVariable: WRITERS,
  listSecrets: WRITERS,
  setSecret: WRITERS,
  deleteSecret: WRITERS,
  listHardware: ALL,
  requestHardware: WRITERS,
  setSleepTime: WRITERS,
  getEgress: WRITERS,
  setEgress: WRITERS,
  visitSpace: NOBODY,
  getXetReadToken: READERS,
  getXetWriteToken: WRITERS,
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

void test('a token reaches what it was made for and nothing else', async (t) => {
  await using runner = await StandInRunner.open();
  await using hub = await openServedHub({ vault: true, ...runner.options });
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
      const may = proof ? NOBODY : RULES[operation];
      assert.ok(may !== undefined, `say in RULES who may call ${operation}`);
      const call = ROUTE_CALLS[operation] ?? {};
      const name = `secret-${operation.toLowerCase()}`;
      const type = path.startsWith('/api/spaces/') ? 'space' : 'model';
      const repo = await hub.addRepo(`ada/${name}`, { type, sdk: type === 'space' ? 'gradio' : null });
      if (type === 'model') await prepare(hub, name, owner.text);
      const tokens = await tokensFor(hub, repo, other);
      for (const kind of KINDS) {
        const body = call.body?.(`ada/${name}`);
        const answer = await fetch(
          hub.url + askedPath(path, { repo: `ada/${name}`, org: 'acme', user: 'ada', rest: call.rest }),
          {
            method,
            headers: {
              ...(kind !== 'anonymous' && { authorization: `Bearer ${tokens[kind]}` }),
              'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json',
            },
            body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
            redirect: 'manual',
          },
        );
        const text = await answer.text();
        const said = `${kind}: ${answer.status} ${answer.headers.get('x-error-code')} ${text.slice(0, 200)}`;
        if (may.includes(kind)) assert.ok(answer.status < 300, said);
        else
          assert.ok(
            asksToSignIn(answer) ||
              (REFUSED.includes(answer.status) && (answer.status > 400 || proof || call.bodyProves === true)),
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

/** How a page refuses who is not known. */
function asksToSignIn({ status, headers }: Response): boolean {
  return status === 303 && headers.get('location')?.startsWith('/sign-in?to=') === true;
}

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
