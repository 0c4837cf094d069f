// Every command, in the order in which the help shows them.
import { type Command } from './command.ts';
import { createOrg, listOrgs, putMember, removeMember } from './commands/admin-orgs.ts';
import { approveOrgToken, endOrgToken, orgPolicy, orgTokens } from './commands/admin-org-policy.ts';
import { deleteOrg, deleteUser, renameOrg, renameUser } from './commands/admin-namespaces.ts';
import { checkMail, listMail } from './commands/admin-mail.ts';
import { clearQuota, listQuotas, setQuota } from './commands/admin-quotas.ts';
import { revokeAgain } from './commands/admin-again.ts';
import { listSinks } from './commands/admin-secrets.ts';
import { createToken, listTokens, revokeToken } from './commands/admin-tokens.ts';
import {
  createUser,
  demoteUser,
  disableUser,
  enableUser,
  listUsers,
  promoteUser,
  disconnectUser,
  removeSecondFactor,
  resetPassword,
  signOutUser,
} from './commands/admin-users.ts';
import { pauseSpace } from './commands/admin-spaces.ts';
import { forgetXet } from './commands/admin-xet.ts';
import { backup, restore, verifyBackupCommand } from './commands/backup.ts';
import { bench, check, test } from './commands/delegated.ts';
import { doctor } from './commands/doctor.ts';
import { fsck } from './commands/fsck.ts';
import { helpOn, helpSettings, version } from './commands/help.ts';
import { install } from './commands/install.ts';
import {
  compareLedgers,
  exportLedger,
  proveAbsence,
  proveConsistency,
  proveEntry,
  verifyLedger,
} from './commands/ledger.ts';
import { eraseLedger } from './commands/ledger-erase.ts';
import { listEntries } from './commands/ledger-list.ts';
import { tailLedger } from './commands/ledger-tail.ts';
import { start } from './commands/start.ts';
import { beginVaultAnew, rotateVault, sealVault, unsealVault, vaultStatus } from './commands/vault.ts';

const ACTING: readonly Command[] = [
  start,
  install,
  createUser,
  listUsers,
  disableUser,
  enableUser,
  promoteUser,
  demoteUser,
  disconnectUser,
  removeSecondFactor,
  resetPassword,
  signOutUser,
  renameUser,
  deleteUser,
  createOrg,
  listOrgs,
  renameOrg,
  deleteOrg,
  putMember,
  removeMember,
  orgPolicy,
  orgTokens,
  approveOrgToken,
  endOrgToken,
  createToken,
  listTokens,
  revokeToken,
  revokeAgain,
  listSinks,
  listMail,
  checkMail,
  listQuotas,
  setQuota,
  clearQuota,
  pauseSpace,
  forgetXet,
  listEntries,
  tailLedger,
  verifyLedger,
  exportLedger,
  proveEntry,
  proveAbsence,
  proveConsistency,
  compareLedgers,
  eraseLedger,
  backup,
  verifyBackupCommand,
  restore,
  vaultStatus,
  beginVaultAnew,
  sealVault,
  unsealVault,
  rotateVault,
  test,
  check,
  bench,
  doctor,
  fsck,
  version,
  helpSettings,
];

/** All commands. */
export const COMMANDS: readonly Command[] = [...ACTING, helpOn(ACTING)];
