// Opens what the security centre is a view of: of each module what it shows to who looks after the whole instance.
import { proveEntry } from '@holdfast/notary/evidence';
import { Everybody } from '#modules/identity';
import { Explorer, Tally } from '#modules/ledger';
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
  return {
    everybody: new Everybody({ db }),
    repos: new RepoNames({ db }),
    sessions: new LiveSessions({ db, clock }),
    tokens: new AllTokens({ db, clock }),
    ledger: new Explorer({ db, clock, durability, prove: async (hash) => await proveEntry(db, hash) }),
    tally: new Tally({ db, clock }),
    mail: new MailLog({ db }),
    traffic: new Traffic({ db, clock, runs }),
    secrets: new SecretOverview({ db, vault }),
    sinks: new SecretSinks({ db, repos: new RepoNames({ db }), reachOf }),
  };
}
