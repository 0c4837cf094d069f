// Who may call what: every route for programs by every kind of caller, on a repository of an organisation. The table in
// docs/generated is written from this, and a test calls each of them.

/** Kinds of callers, and what each is. */
export const CALLERS = {
  anonymous: 'nobody, on a hub for its users',
  visitor: 'nobody, on a hub that is open to anonymous readers',
  session: 'a browser in which the owner is signed in; its cookie is no credential of the API',
  revoked: "the owner's token, revoked",
  expired: "the owner's token, expired",
  bound: "the owner's token, bound to another network",
  stranger: 'a user of no organisation',
  administrator: 'a user who administers the instance, and belongs to no organisation',
  outsider: 'a user who administers another organisation',
  reader: 'a member who may read',
  contributor: 'a member who contributes',
  writer: 'a member who may write',
  owner: 'a member who administers the organisation',
  readToken: "the owner's classic token for reading",
  oneRead: "the owner's fine-grained token for reading this repository",
  oneWrite: "the owner's fine-grained token for writing this repository",
  whole: "the owner's fine-grained token for writing all of the organisation",
  elsewhere: "the owner's fine-grained token for writing another repository",
  otherNames: "the owner's fine-grained token for writing repositories of other names",
  withheld: "the owner's classic token for writing, whose reach into the organisation was ended",
  waiting:
    "the owner's fine-grained token for writing all of the organisation, which nobody has approved yet",
  appReads: 'an application that the owner lets read in the organisation',
  appWrites: 'an application that the owner lets write in the organisation',
  appElsewhere: "an application that the owner lets write in the owner's own repositories",
} as const;
export type Caller = keyof typeof CALLERS;

/** The kinds by name. */
export const CALLER_NAMES = Object.keys(CALLERS) as Caller[];

type Callers = ReadonlySet<Caller>;

const set = (...callers: readonly Caller[]): Callers => new Set(callers);
const NOBODY = set();
const EVERYBODY = set(...CALLER_NAMES);
const DEAD = set('revoked', 'expired', 'bound');
const LIVE = set(
  ...CALLER_NAMES.filter((one) => !DEAD.has(one) && !['anonymous', 'visitor', 'session'].includes(one)),
);
/** Whoever shows no credential that is dead. */
const UNASKED = set(...CALLER_NAMES.filter((one) => !DEAD.has(one)));
const KNOWN = set(...LIVE, 'visitor');
const CLASSIC = [
  ...(['stranger', 'administrator', 'outsider', 'reader', 'contributor', 'writer', 'owner'] as const),
  'withheld',
] as const;
const MEMBERS = ['reader', 'contributor', 'writer', 'owner'] as const;
const READERS = set(...MEMBERS, 'readToken', 'oneRead', 'oneWrite', 'whole', 'appReads', 'appWrites');
const WRITERS = set('writer', 'owner', 'oneWrite', 'whole', 'appWrites');
const MAKERS = set('contributor', 'writer', 'owner', 'whole', 'appWrites');
/** Of applications, with the scope `openid`. */
const APPLICATIONS = set('appReads', 'appWrites', 'appElsewhere');

/** Who may: for a private repository, and for a public one where that is more. */
export interface MatrixRule {
  readonly private: Callers;
  readonly public: Callers;
}

const same = (callers: Callers): MatrixRule => ({ private: callers, public: callers });
const OPEN = same(EVERYBODY);
const READ: MatrixRule = { private: READERS, public: KNOWN };
const WRITE = same(WRITERS);
/** Whoever is known by a cookie; tokens count for nothing where browsers ask. */
const BROWSED: MatrixRule = { private: set('session'), public: set('session', 'visitor') };
const LIKE: MatrixRule = { private: set(...MEMBERS), public: set(...CLASSIC) };

/** What a route looks at that looks at nobody's token or cookie: no caller of this table has one of these by who they are. */
export const OTHER_PROOFS: Readonly<Record<string, string>> = {
  link: 'a link that the hub signed for one who may, and that dies with their token',
  xet: 'an access token of Xet, made for one who may, which dies with their token',
  operator: "the operator's socket: where programs and browsers ask, the route is not there",
};

/** The rule of each operation. */
export const MATRIX: Readonly<Record<string, MatrixRule>> = {
  getHealth: OPEN,
  getReadiness: OPEN,
  getPage: OPEN,
  getAvatar: OPEN,
  getAgentHarnesses: OPEN,
  headTelemetry: OPEN,
  getOpenApi: OPEN,
  revokeCredentials: OPEN,
  // Pages and forms one by one: page-matrix.ts.
  postPage: same(NOBODY),
  getPageFile: same(NOBODY),
  getRepoPage: BROWSED,
  postRepoPage: same(NOBODY),
  postRepoText: same(NOBODY),
  // With the headers of a page: scripts-of-pages.test.ts.
  planPageUpload: same(NOBODY),
  putPageObject: same(NOBODY),
  commitFromPage: same(NOBODY),
  getPageDownload: BROWSED,
  postSecretPage: same(NOBODY),
  followSpaceLog: same(NOBODY),
  beginDeviceLogin: same(UNASKED),
  exchangeToken: same(NOBODY),
  getOpenIdConfiguration: OPEN,
  getSigningKeys: OPEN,
  getUserInfo: same(APPLICATIONS),
  postUserInfo: same(APPLICATIONS),
  listModelTags: same(UNASKED),
  listDatasetTags: same(UNASKED),
  validateYaml: same(UNASKED),
  getMetrics: same(set('administrator')),
  whoAmI: same(LIVE),
  getUserOverview: same(KNOWN),
  getOrganizationOverview: same(KNOWN),
  listMembers: same(KNOWN),
  listLikes: same(KNOWN),
  listRepos: same(KNOWN),
  listOwnStorage: same(set(...CLASSIC, 'readToken')),
  listOrganizationStorage: same(set(...MEMBERS, 'readToken')),
  getRepo: READ,
  getRepoAtRevision: READ,
  checkRead: READ,
  checkWrite: WRITE,
  listLikers: READ,
  likeRepo: LIKE,
  unlikeRepo: LIKE,
  getNamelessRepo: same(NOBODY),
  getNamelessFile: same(NOBODY),
  headNamelessFile: same(NOBODY),
  createRepo: same(MAKERS),
  duplicateRepo: same(MAKERS),
  moveRepo: same(set('writer', 'owner', 'whole', 'appWrites')),
  deleteRepo: WRITE,
  changeSettings: WRITE,
  preuploadFiles: WRITE,
  createCommit: WRITE,
  createBranch: WRITE,
  deleteBranch: WRITE,
  createTag: WRITE,
  deleteTag: WRITE,
  superSquash: WRITE,
  listTree: READ,
  getPathsInfo: READ,
  listRefs: READ,
  listCommits: READ,
  getFile: READ,
  headFile: READ,
  getRawFile: READ,
  headRawFile: READ,
  listLargeFiles: WRITE,
  deleteLargeFiles: WRITE,
  duplicateLargeFiles: WRITE,
  lfsBatch: WRITE,
  lfsVerifyLocks: same(NOBODY),
  getXetReadToken: READ,
  getXetWriteToken: WRITE,
  getSpaceRuntime: READ,
  getSpaceHost: READ,
  getSpaceLogs: WRITE,
  getSpaceMetrics: WRITE,
  listVariables: READ,
  restartSpace: WRITE,
  pauseSpace: WRITE,
  setVariable: WRITE,
  deleteVariable: WRITE,
  listSecrets: WRITE,
  setSecret: WRITE,
  deleteSecret: WRITE,
  listHardware: same(UNASKED),
  requestHardware: WRITE,
  setSleepTime: WRITE,
  getEgress: WRITE,
  setEgress: WRITE,
  visitSpace: same(NOBODY),
};
