// Every migration, in the order in which modules build on one another.
import { epochMigration, historyEpochMigration } from '@holdfast/platform/postgres/epochs';
import { type Migration } from '@holdfast/platform/postgres/migrate';
import { notaryTree } from '@holdfast/notary/migrations/0001-notary';
import { notaryBuckets } from '@holdfast/notary/migrations/0002-buckets';
import { notaryMiddle } from '@holdfast/notary/migrations/0003-middle';
import { notaryCheckpointSizes } from '@holdfast/notary/migrations/0004-checkpoint-sizes';
import { notaryCut } from '@holdfast/notary/migrations/0005-cut';
import { notaryLeaves } from '@holdfast/notary/migrations/0006-leaves';
import { vaultSecrets } from '@holdfast/vault/migrations/0001-secrets';
import { vaultSealedRuns } from '@holdfast/vault/migrations/0002-sealed-runs';
import { vaultEchoes } from '@holdfast/vault/migrations/0003-echoes';
import { vaultOwnTokens } from '@holdfast/vault/migrations/0004-own-tokens';
import { vaultSealedValues } from '@holdfast/vault/migrations/0005-sealed-values';
import { vaultLost } from '@holdfast/vault/migrations/0006-lost';
import { blobNamedObjects, blobObjects, blobXetObjects } from '#modules/blobs';
import { gitDropped, gitObjects } from '#modules/git';
import {
  identityAccounts,
  identityInvitations,
  identityLanguage,
  identityListed,
  identityOrganizations,
  identitySignUps,
  identitySecondFactor,
  identitySignIn,
} from '#modules/identity';
import {
  repoLists,
  repoNarrowed,
  repoOrdered,
  repoRepositories,
  repoPushers,
  repoSearchedByType,
  repoSummaries,
} from '#modules/repos';
import {
  ledgerEntries,
  ledgerContactsOfSpace,
  ledgerErasure,
  ledgerLanes,
  ledgerLanesKinds,
  ledgerPossession,
  ledgerLookUps,
  ledgerOfSpaces,
  ledgerOneStatement,
  ledgerWatched,
} from '#modules/ledger';
import { mailDelivery, mailListed, mailOutbox, mailStrangers } from '#modules/mail';
import { secretsTold } from '#modules/secrets';
import {
  sessionKept,
  sessionPasskeys,
  sessionListed,
  sessionPlaces,
  sessionSecondFactor,
  sessionSeeds,
  sessionSessions,
} from '#modules/sessions';
import { spaceListed, spaceRunning, spaceSecrets, spaceSpaces, spaceStartedRuns } from '#modules/spaces';
import { oauthApplications } from '#modules/oauth';
import {
  tokenAddresses,
  tokenApplications,
  tokenDeviceLogins,
  tokenNetworks,
  tokenListed,
  tokenPushed,
  tokenReach,
  tokenTokens,
  tokenUses,
} from '#modules/tokens';
import { ssoLinks, ssoUndone } from '#modules/sso';
import { upkeepEntries, upkeepGitObjects, upkeepQuotas, upkeepScrub } from '#modules/upkeep';
import { xetMendedXorbs, xetUsedXorbs, xetXorbs } from '#modules/xet';

/** All migrations of the hub. */
export const migrations: readonly Migration[] = [
  epochMigration,
  ledgerEntries,
  identityAccounts,
  tokenTokens,
  repoRepositories,
  gitObjects,
  blobObjects,
  blobXetObjects,
  xetXorbs,
  historyEpochMigration,
  blobNamedObjects,
  xetUsedXorbs,
  upkeepEntries,
  gitDropped,
  repoSummaries,
  upkeepQuotas,
  upkeepScrub,
  repoNarrowed,
  xetMendedXorbs,
  notaryTree,
  identitySignIn,
  sessionSessions,
  repoLists,
  ledgerLanes,
  notaryBuckets,
  mailOutbox,
  sessionKept,
  ledgerLookUps,
  notaryMiddle,
  identitySecondFactor,
  sessionSecondFactor,
  identityInvitations,
  tokenDeviceLogins,
  sessionPasskeys,
  tokenAddresses,
  notaryCheckpointSizes,
  tokenUses,
  ledgerErasure,
  mailDelivery,
  identityLanguage,
  sessionPlaces,
  tokenNetworks,
  identityOrganizations,
  tokenReach,
  repoOrdered,
  spaceSpaces,
  notaryCut,
  ssoLinks,
  spaceRunning,
  repoSearchedByType,
  ledgerOneStatement,
  ssoUndone,
  vaultSecrets,
  spaceSecrets,
  vaultSealedRuns,
  repoPushers,
  notaryLeaves,
  ledgerWatched,
  tokenPushed,
  vaultEchoes,
  secretsTold,
  identitySignUps,
  mailStrangers,
  ledgerLanesKinds,
  sessionSeeds,
  identityListed,
  tokenListed,
  sessionListed,
  mailListed,
  spaceListed,
  spaceStartedRuns,
  ledgerPossession,
  vaultOwnTokens,
  vaultSealedValues,
  tokenApplications,
  oauthApplications,
  vaultLost,
  ledgerContactsOfSpace,
  ledgerOfSpaces,
  upkeepGitObjects,
];
