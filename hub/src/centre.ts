// Opens what the security centre is a view of: of each module what it shows to who looks after the whole instance.
import { proveEntry } from '@holdfast/notary/evidence';
import { Everybody, OrgPeople } from '#modules/identity';
import { Explorer, OrgLedger, Tally } from '#modules/ledger';
import { MailLog } from '#modules/mail';
import { RepoNames } from '#modules/repos';
import { SecretOverview, SecretSinks, type ReachOf } from '#modules/secrets';
import { LiveSessions } from '#modules/sessions';
import { Traffic, type Runs } from '#modules/spaces';
import { AllTokens } from '#modules/tokens';
import { type Foundation } from './foundation.ts';
import { type OpenVault } from './spaces.ts';
import { type Centre } from './surfaces/web/pages.ts';

/** Opens it. */
export function openCentre(
  { db, clock, durability }: Pick<Foundation, 'db' | 'clock' | 'durability'>,
  {
    vault,
    runs,
    reachOf,
  }: { readonly vault: OpenVault; readonly runs: Runs | undefined; readonly reachOf: ReachOf },
): Centre {
  const prove = async (hash: string) => await proveEntry(db, hash);
  const orgPeople = new OrgPeople({ db });
  const repos = new RepoNames({ db });
  return {
    everybody: new Everybody({ db }),
    repos,
    orgPeople,
    sessions: new LiveSessions({ db, clock }),
    tokens: new AllTokens({ db, clock }),
    ledger: new Explorer({ db, clock, durability, prove }),
    orgLedger: new OrgLedger({
      ...{ db, clock, prove },
      isTheirs: async (actor, orgId, repoId) => (await repos.namesIn(actor, orgId, [repoId])).has(repoId),
      membersAmong: async (actor, orgId, ids) => await orgPeople.membersAmong(actor, orgId, ids),
    }),
    tally: new Tally({ db, clock }),
    mail: new MailLog({ db, clock }),
    traffic: new Traffic({ db, clock, runs }),
    secrets: new SecretOverview({ db, vault }),
    sinks: new SecretSinks({ db, repos, reachOf }),
  };
}
