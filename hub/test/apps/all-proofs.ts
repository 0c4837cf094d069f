// All that is shown of Spaces in one real instance, whoever started it: real apps of Gradio and Streamlit, built and run in sandboxes. One
// instance for all of it, because its root takes minutes to make, and an environment most of one.
import { readFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import type { AppInstance } from '../harness/app-instance.ts';
import type { Site } from '../harness/app-site.ts';
import type { Outside } from '../harness/outside.ts';
import { runPythonSuite } from '../harness/python.ts';
import { isRoot } from '../harness/test-user.ts';
import { proveBrowser } from './browser.ts';
import { proveEgress } from './egress.ts';
import { proveInFlight } from './in-flight.ts';
import { provePreload } from './preload.ts';
import { provePrivateModel } from './private-model.ts';
import { provePublicHosts, type HostKeys } from './public-hosts.ts';
import { proveSealed } from './sealed.ts';
import { proveSecrets } from './secrets.ts';
import { proveTakenBack } from './taken-back.ts';
import { proveTakenOver } from './taken-over.ts';

const MINUTES = 60_000;

/** Where it is shown. */
export interface Ground {
  readonly apps: AppInstance;
  /** Hosts that the instance takes for public ones; absent where there is no network to play them in, which takes root. */
  readonly outside: Outside | undefined;
  readonly keys: HostKeys;
  /** All of it, or what differs most where there are no users to keep apps apart by. */
  readonly extent: 'all' | 'some';
}

interface Proof {
  readonly name: string;
  /** Shown in any case. */
  readonly always?: true;
  readonly skip?: string | false;
  readonly prove: (part: TestContext) => Promise<void>;
}

/** Shows it. After it the hub is somebody else's. */
export async function proveAll(t: TestContext, ground: Ground): Promise<void> {
  const { instance } = ground.apps;
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const site = { instance, token, owner: 'admin' };
  const isAll = ground.extent === 'all';
  const env = { HF_ENDPOINT: instance.url, HF_TOKEN: token, HUB_DATA: instance.data };
  for (const suite of isAll ? ['apps', 'app_lifecycle', 'app_inputs'] : ['apps'])
    await runPythonSuite(t, { venv: 'apps', suite, timeout: 15 * MINUTES, env });
  const proofs = [...listUses(site, ground), ...listOutside(site, ground), ...listSecrets(site, ground)];
  for (const { name, always, skip = false, prove } of proofs)
    if (isAll || always === true) await t.test(name, { skip }, prove);
}

function listUses(site: Site, { apps, outside, keys }: Ground): Proof[] {
  return [
    {
      name: 'people use apps with a browser, and programs with the client for JavaScript',
      prove: async (part) => {
        const used = outside && { key: keys.openai, seen: outside.seen };
        await proveBrowser(part, site, { passwordFile: apps.passwordFile, used });
      },
    },
    {
      name: 'an app finds what its README wanted preloaded, and what packages.txt names',
      prove: async () => await provePreload(site),
    },
    {
      name: 'an app uses a secret that it cannot see',
      always: true,
      prove: async () => {
        const password = (await readFile(apps.passwordFile, 'utf8')).trim();
        await proveSecrets(site, { asRoot: isRoot, password });
      },
    },
    {
      name: 'an app loads a private model by a token that it never has',
      always: true,
      prove: async () => await provePrivateModel(site, { asRoot: isRoot }),
    },
  ];
}

function listOutside(site: Site, { outside, keys }: Ground): Proof[] {
  const skip = outside === undefined && 'a network to play hosts in takes root';
  const prove = (act: (there: Outside) => Promise<void>) => async () => {
    if (outside !== undefined) await act(outside);
  };
  return [
    {
      ...{ name: 'an app calls public hosts with secrets that it never has', skip },
      prove: prove(async (there) => await provePublicHosts(site, { outside: there, keys, asRoot: isRoot })),
    },
    {
      name: 'an app that was taken over is given no value back, and loses its secret in the middle of an answer',
      skip,
      prove: prove(async (there) => await proveInFlight(site, there, keys)),
    },
    {
      ...{ name: 'an app reaches what its owner lists, and nothing once it is closed', skip },
      prove: prove(async (there) => await proveEgress(site, there)),
    },
  ];
}

function listSecrets(site: Site, { apps }: Ground): Proof[] {
  return [
    {
      name: 'an app with secrets waits while the vault is sealed',
      prove: async () => await proveSealed(site),
    },
    {
      name: 'an app ends that has a secret which was deleted, where nothing new can be built',
      always: true,
      prove: async () => await proveTakenBack(site),
    },
    // Last: after it the hub is somebody else's.
    {
      name: 'a hub that was taken over gets what is on record, and nothing else',
      always: true,
      prove: async (part) => await proveTakenOver(part, site, apps.checkout),
    },
  ];
}
