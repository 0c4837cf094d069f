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
import { vaultRenewals } from '@holdfast/vault/migrations/0007-renewals';
import { vaultSignedReleases } from '@holdfast/vault/migrations/0008-signed-releases';
import { blobNamedObjects, blobObjects, blobXetObjects } from '#migrations/blobs';
import { gitDropped, gitObjects } from '#migrations/git';
import {
  identityAccounts,
  identityInvitations,
  identityLanguage,
  identityListed,
  identityOrganizations,
  identitySignUps,
  identitySecondFactor,
  identitySignIn,
} from '#migrations/identity';
import {
  repoLists,
  repoNarrowed,
  repoOrdered,
  repoRepositories,
  repoPushers,
  repoSearchedByType,
  repoSummaries,
} from '#migrations/repos';
import {
  ledgerAfterAndSaid,
  ledgerCommitments,
  ledgerHolders,
  ledgerEntries,
  ledgerContactsOfSpace,
  ledgerErasure,
  ledgerHeadsKept,
  ledgerLanes,
  ledgerLanesKinds,
  ledgerPossession,
  ledgerLookUps,
  ledgerOfSpaces,
  ledgerObjects,
  ledgerOneStatement,
  ledgerWatched,
} from '#migrations/ledger';
import { mailDelivery, mailListed, mailOutbox, mailStrangers } from '#migrations/mail';
import { secretsTold } from '#migrations/secrets';
import {
  sessionKept,
  sessionPasskeys,
  sessionListed,
  sessionPlaces,
  sessionSecondFactor,
  sessionSeeds,
  sessionSessions,
  sessionUsedCodes,
  sessionValues,
} from '#migrations/sessions';
import {
  spaceListed,
  spacePassed,
  spaceRunning,
  spaceSecrets,
  spaceSpaces,
  spaceStartedRuns,
  spaceTakenBack,
} from '#migrations/spaces';
import { oauthApplications } from '#migrations/oauth';
import {
  tokenAddresses,
  tokenApplications,
  tokenDeviceLogins,
  tokenNetworks,
  tokenListed,
  tokenPushed,
  tokenReach,
  tokenReadmissions,
  tokenSealedDeviceLogins,
  tokenTokens,
  tokenUses,
} from '#migrations/tokens';
import { ssoLinks, ssoRemoved, ssoSealed, ssoUndone } from '#migrations/sso';
import { upkeepEntries, upkeepGitObjects, upkeepQuotas, upkeepScrub } from '#migrations/upkeep';
import { xetMendedXorbs, xetUsedXorbs, xetXorbs } from '#migrations/xet';

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
  tokenSealedDeviceLogins,
  sessionUsedCodes,
  spaceTakenBack,
  ssoSealed,
  spacePassed,
  sessionValues,
  ledgerHeadsKept,
  vaultRenewals,
  ledgerObjects,
  tokenReadmissions,
  ssoRemoved,
  ledgerAfterAndSaid,
  vaultSignedReleases,
  ledgerCommitments,
  ledgerHolders,
];
