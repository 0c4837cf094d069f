// Opens the pages that the supervisor had built: code of this version, in a folder that this process cannot write.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFolder } from '@holdfast/platform/folder-files';
import { type Log } from '@holdfast/platform/log';
import { isFault } from '@holdfast/kernel/fault';
import { type HubStart } from '@holdfast/supervisor/settings';
import { isFreshlyProved, mayNamespace } from '#modules/access';
import { parseCard } from '#modules/cards';
import { RepoMoved } from '#modules/repos';
import { TokenScopes } from '#modules/tokens';
import { type Modules } from './modules.ts';
import { getAccount } from './surfaces/hub/accounts/get-account.ts';
import { frameAddress } from './surfaces/spaces/frame-address.ts';
import { originOf } from './surfaces/spaces/space-address.ts';
import { groupFacets } from './surfaces/web/facets.ts';
import { KeptTexts } from './surfaces/web/kept-texts.ts';
import { type BuiltPages, type PageModules } from './surfaces/web/pages.ts';
import { readLog } from './surfaces/web/space-log.ts';
import { type WebDeps } from './surfaces/web/routes.ts';

type PageSettings = Pick<HubStart['settings'], 'pages' | 'access' | 'spacesHost' | 'publicUrl'>;

/** Loads the pages. Without them the hub serves its API all the same, and a page says what is wrong. */
export async function openPages(settings: PageSettings, modules: Modules, log: Log): Promise<WebDeps> {
  const anonymousMayRead = settings.access === 'anonymous';
  const shared = {
    ...{ pageModules: pageModulesOf(modules, settings), anonymousMayRead },
    ...{ refusals: modules.refusals, log },
  };
  try {
    const built = (await import(pathToFileURL(path.join(settings.pages, 'index.js')).href)) as {
      readonly server: BuiltPages;
    };
    await built.server.init({ env: {} });
    return {
      ...shared,
      pages: built.server,
      staticFiles: await readFolder(path.join(settings.pages, 'client/_app')),
    };
  } catch (err) {
    log.error({ err }, 'the pages cannot be served');
    return { ...shared, pages: undefined, staticFiles: new Map() };
  }
}

function pageModulesOf(modules: Modules, settings: PageSettings): PageModules {
  const { identity, repos } = modules;
  return {
    identity,
    passwords: modules.passwords,
    sessions: modules.sessions,
    signOut: modules.signOut,
    signIn: modules.signIn,
    secondFactors: modules.secondFactors,
    passkeys: modules.passkeys,
    languages: modules.languages,
    profiles: modules.profiles,
    singleSignOn: modules.singleSignOn,
    orgPolicies: modules.orgPolicies,
    members: modules.members,
    namespaces: modules.namespaces,
    ...repositoriesOf(modules),
    centre: modules.centre,
    isFresh: ({ actor }) => isFreshlyProved(actor, modules.clock.now()),
    ...spacesOf(modules, settings),
    orgTokens: modules.orgTokens,
    invitations: modules.invitations,
    signUps: modules.signUps,
    tokens: modules.tokens,
    tokenUses: modules.uses,
    deviceLogins: modules.deviceLogins,
    applications: modules.applications,
    authorizations: modules.authorizations,
    scopesFor: ({ actor }) =>
      new TokenScopes({
        identity,
        findRepo: async (type, name) => {
          // Whoever types names here must not learn which private repositories of others there are.
          return await repos.get(actor, { type, ...name }, 'discover').catch((error: unknown) => {
            if (isFault(error) || error instanceof RepoMoved) return undefined;
            throw error;
          });
        },
      }),
  };
}

type SpaceParts = 'spaces' | 'secrets' | 'readLog' | 'spaceOrigin' | 'spaceFrame';

/** What pages of Spaces are views of. */
function spacesOf(
  modules: Modules,
  { spacesHost, publicUrl, access }: PageSettings,
): Pick<PageModules, SpaceParts> {
  const framing = { spacesHost, publicUrl, anonymousMayRead: access === 'anonymous' };
  return {
    spaces: modules.spaces,
    secrets: modules.secrets,
    readLog: (visitor, wish) => readLog(modules, visitor, wish),
    spaceOrigin: (label, baseUrl) => originOf(label, { spacesHost, baseUrl }),
    spaceFrame: (space) => frameAddress(space, { ...modules, ...framing }),
  };
}

type RepositoryParts =
  | 'repos'
  | 'changes'
  | 'content'
  | 'commits'
  | 'texts'
  | 'keptTexts'
  | 'comparison'
  | 'history'
  | 'getNamespace'
  | 'seesRoles'
  | 'listFacets'
  | 'bodyOf';

/** What pages of repositories and their owners are views of. */
function repositoriesOf(modules: Modules): Pick<PageModules, RepositoryParts> {
  const { identity, repos } = modules;
  return {
    repos,
    changes: modules.changes,
    content: modules.content,
    commits: modules.commits,
    texts: modules.texts,
    keptTexts: new KeptTexts(),
    comparison: modules.comparison,
    history: modules.history,
    getNamespace: async (actor, name) => {
      const kind = (await identity.findByName(name))?.kind ?? 'user';
      return await getAccount(identity, actor, { kind, name });
    },
    seesRoles: (actor, { id }) =>
      mayNamespace(actor, 'members', { kind: 'namespace', id, type: 'org' }).allowed,
    listFacets: async (actor, type, bounds) => {
      const { tags, sizes } = await repos.countFacets(actor, type, bounds);
      return { groups: groupFacets(type, tags), sizes };
    },
    bodyOf: (readme, type) => parseCard(readme, type).body,
  };
}
