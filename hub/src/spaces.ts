// Opens what knows of Spaces, and, where there is a runner, what has their programs run.
import { SourceFolders } from '@holdfast/platform/source-folders';
import { type HubStart } from '@holdfast/supervisor/settings';
import { referencesOf, type Actor, type SystemActor } from '#modules/access';
import { type Blobs } from '#modules/blobs';
import { type Content } from '#modules/content';
import { type LeakMatch } from '#modules/leaks';
import { type Reads } from '#modules/ledger';
import { type Repos } from '#modules/repos';
import { Echoes, Secrets, type ReachOf, type VaultLink } from '#modules/secrets';
import { type Seeds } from '#modules/sessions';
import { LiveRuns, RunProofs, Runs, Sources, Spaces, type RunnerLink } from '#modules/spaces';
import { type Foundation } from './foundation.ts';
import { originOf } from './surfaces/spaces/space-address.ts';
import { type ChannelToVault } from './vault-link.ts';

type Parts = Pick<Foundation, 'db' | 'clock' | 'epochs' | 'keys' | 'log' | 'space' | 'removals'> & {
  readonly repos: Repos;
  readonly reads: Reads;
  readonly content: Content;
  readonly blobs: Blobs;
  readonly leaks: LeakMatch;
  readonly vault: OpenVault;
  /** Who acts through a credential now. */
  readonly actorOf: (credential: string) => Promise<Actor | undefined>;
  readonly reachOf: ReachOf;
};

/** The way to the vault, as modules and runs use it. */
export type OpenVault = Pick<ChannelToVault, keyof VaultLink | keyof Seeds | 'stop'>;

/** Whoever runs the programs of Spaces. */
const RUNS: SystemActor = { kind: 'system', part: 'spaces' };

/** Opens it. What has programs run does nothing until it is started. */
export function openSpaces(
  parts: Parts,
  { spaces: folders, spacesProblem, hardware, instance, publicUrl, port, spacesHost }: HubStart['settings'],
  runner: RunnerLink | undefined,
): {
  readonly spaces: Spaces;
  readonly secrets: Secrets;
  readonly echoes: Echoes;
  readonly runs: Runs | undefined;
  readonly runProofs: RunProofs;
} & AsyncDisposable {
  const baseUrl = publicUrl ?? `http://localhost:${port}`;
  const hasRunner = folders !== null && runner !== undefined;
  const liveRuns = new LiveRuns({ ...parts, hub: instance, runs: hasRunner });
  const runProofs = new RunProofs({ ...parts, live: liveRuns });
  const runs =
    folders === null || runner === undefined
      ? undefined
      : new Runs({
          ...parts,
          ...{ runner, hardware, liveRuns, runProofs },
          hub: instance,
          isPaused: (name) => parts.removals.pausesSpace(name),
          stopSecrets: (space) => void parts.vault.stop(space, referencesOf(RUNS)),
          hostOf: (label) => new URL(originOf(label, { spacesHost, baseUrl })).host,
          sources: new Sources({ ...parts, folders: new SourceFolders(folders.sources) }),
        });
  return {
    ...{ runs, runProofs },
    secrets: new Secrets(parts),
    echoes: new Echoes(parts),
    spaces: new Spaces({ ...parts, runs, whyNoPrograms: spacesProblem, hardware }),
    [Symbol.asyncDispose]: async () => {
      await runs?.[Symbol.asyncDispose]();
      await liveRuns[Symbol.asyncDispose]();
    },
  };
}
