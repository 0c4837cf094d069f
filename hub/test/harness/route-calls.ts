// How every route is called, for tests of who may: what stands for `*` in its path, and a body that it takes.

/** How a route is called. */
export interface RouteCall {
  /** What stands for `*` in the path. */
  readonly rest?: string;
  readonly body?: (repo: string) => unknown;
  /** What the body or the query holds decides, and no token does. */
  readonly bodyProves?: true;
}

function namespaceOf(repo: string): string {
  return repo.split('/', 1)[0] ?? '';
}

const COMMIT = JSON.stringify({ key: 'header', value: { summary: 'by the table' } });
const FILE = JSON.stringify({ key: 'file', value: { path: 'a.txt', content: 'a' } });
const README = { rest: 'main/.gitattributes' };
const DIGEST = 'a'.repeat(64);

/** How each route is called so that it does what it is for. */
export const ROUTE_CALLS: Readonly<Record<string, RouteCall>> = {
  getHealth: {},
  getReadiness: {},
  beginDeviceLogin: { body: () => ({ client_id: '26be6b09-91c5-47da-9861-d2d2bb7a7e36' }) },
  getOpenIdConfiguration: {},
  getSigningKeys: {},
  getUserInfo: {},
  postUserInfo: { body: () => ({}) },
  exchangeToken: { bodyProves: true, body: () => ({}) },
  getPage: {},
  postPage: {},
  getPageFile: { rest: 'x' },
  getRepoPage: {},
  postRepoPage: {},
  postRepoText: { ...README },
  planPageUpload: { rest: 'main', body: () => ({ files: [] }) },
  putPageObject: {},
  commitFromPage: { rest: 'main' },
  getPageDownload: { ...README },
  postSecretPage: {},
  followSpaceLog: { bodyProves: true },
  getAvatar: {},
  getAgentHarnesses: {},
  headTelemetry: { rest: 'x' },
  getOpenApi: {},
  listModelTags: {},
  listDatasetTags: {},
  revokeCredentials: { body: () => ({ credentials: ['x'] }) },
  validateYaml: { body: () => ({ content: '' }) },
  getMetrics: {},
  whoAmI: {},
  getUserOverview: {},
  getOrganizationOverview: {},
  listMembers: {},
  listLikes: {},
  listOwnStorage: {},
  listOrganizationStorage: {},
  listRepos: {},
  getRepo: {},
  getRepoAtRevision: { rest: 'main' },
  checkRead: {},
  checkWrite: {},
  listLikers: {},
  likeRepo: {},
  unlikeRepo: {},
  getNamelessRepo: {},
  getNamelessFile: { ...README },
  headNamelessFile: { ...README },
  createRepo: { body: (repo) => ({ name: `${namespaceOf(repo)}/another`, private: true }) },
  deleteRepo: { body: (name) => ({ name }) },
  moveRepo: { body: (name) => ({ fromRepo: name, toRepo: `${namespaceOf(name)}/moved` }) },
  duplicateRepo: { body: (repo) => ({ repository: `${namespaceOf(repo)}/copied` }) },
  changeSettings: { body: () => ({ gated: false }) },
  preuploadFiles: { rest: 'main', body: () => ({ files: [] }) },
  createCommit: { rest: 'main', body: () => `${COMMIT}\n${FILE}\n` },
  createBranch: { rest: 'dev', body: () => ({}) },
  deleteBranch: { rest: 'old' },
  createTag: { rest: 'main', body: () => ({ tag: 'v1' }) },
  deleteTag: { rest: 'v0' },
  superSquash: { rest: 'main', body: () => ({}) },
  listTree: { rest: 'main' },
  getPathsInfo: { rest: 'main', body: () => ({ paths: ['.gitattributes'] }) },
  listRefs: {},
  listCommits: { rest: 'main' },
  getFile: { ...README },
  headFile: { ...README },
  getRawFile: { ...README },
  headRawFile: { ...README },
  listLargeFiles: {},
  deleteLargeFiles: { body: () => ({ deletions: { sha: [] } }) },
  duplicateLargeFiles: {
    body: (name) => ({ target: { type: 'model', name }, files: [] }),
  },
  lfsBatch: {
    body: () => ({ operation: 'upload', objects: [{ oid: DIGEST, size: 1 }] }),
  },
  // Locks are not there for anybody.
  lfsVerifyLocks: { body: () => ({}) },
  getSpaceRuntime: {},
  getSpaceHost: {},
  getSpaceLogs: {},
  getSpaceMetrics: {},
  restartSpace: {},
  pauseSpace: {},
  listVariables: {},
  setVariable: { body: () => ({ key: 'A', value: 'a' }) },
  deleteVariable: { body: () => ({ key: 'A' }) },
  listSecrets: {},
  setSecret: { body: () => ({ key: 'B', value: 'b' }) },
  deleteSecret: { body: () => ({ key: 'B' }) },
  listHardware: {},
  requestHardware: { body: () => ({ flavor: 'cpu-upgrade' }) },
  setSleepTime: { body: () => ({ seconds: 3_600 }) },
  getEgress: {},
  setEgress: { body: () => ({ kind: 'closed' }) },
  visitSpace: { bodyProves: true },
  getXetReadToken: { rest: 'main' },
  getXetWriteToken: { rest: 'main' },
};

/** A path as it is asked for. */
export function askedPath(
  path: string,
  { repo, org, user, rest = 'main' }: { repo: string; org: string; user: string; rest?: string | undefined },
): string {
  const [namespace = '', name = ''] = repo.split('/');
  const owner = path.includes('/organizations/') ? org : path.includes('/users/') ? user : name;
  return path
    .replace('{type}', 'models')
    .replace('{prefix}', '')
    .replace('{namespace}', namespace)
    .replace('{name}', owner)
    .replace('*', rest)
    .replace('{kind}', 'build')
    .replaceAll(/\{\w+\}/g, 'x');
}
