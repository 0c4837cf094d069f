// The settings of the app of a Space, as its page shows them.
import { type Repo, type SecretFacts, type Visit } from '@holdfast/hub/surfaces/web/pages';
import { callOf, show, type PageEvent } from '../call.ts';

/** What a program may use, and where it may connect. */
async function limitsOf(event: PageEvent, repo: Repo, { actor }: Visit) {
  const { hub } = callOf(event);
  if (repo.facets.sdk === 'static') return undefined;
  const [{ program }, egress] = await Promise.all([
    hub.spaces.runtime(actor, repo),
    hub.spaces.egress(actor, repo),
  ]);
  return {
    hardware: hub.spaces.hardware.map(({ name, title, cpus, memoryBytes }) => ({
      name,
      title,
      cpus,
      memoryBytes,
    })),
    chosen: program?.hardware,
    sleepSeconds: program === undefined ? undefined : (program.sleepSeconds ?? -1),
    egress: { kind: egress.kind, hosts: egress.kind === 'list' ? egress.hosts : [] },
  };
}

/** All of it. That the vault is away takes nothing else from the page. */
export async function openSettings(event: PageEvent, repo: Repo, visit: Visit) {
  const { hub, actor, address, refusalOf } = boundCall(event);
  const isStatic = repo.facets.sdk === 'static';
  const secrets: readonly SecretFacts[] | { readonly problem: { code: string; message: string } } =
    await hub.secrets.list(visit.actor, repo).catch((thrown: unknown) => {
      const refusal = refusalOf(thrown);
      if (refusal === undefined) throw thrown;
      return { problem: { code: refusal.code, message: refusal.message } };
    });
  return {
    isStatic,
    variables: await show(event, () => hub.spaces.listVariables({ actor, address }, repo)),
    secrets: 'problem' in secrets ? [] : secrets.map(presentSecret),
    secretsProblem: 'problem' in secrets ? secrets.problem : undefined,
    limits: await show(event, () => limitsOf(event, repo, visit)),
  };
}

/** A secret as pages show it, which know no value. */
export function presentSecret({ name, version, way, because, hosts, provider, ...rest }: SecretFacts) {
  const { description, updatedAt, expiresAt, lastUsedAt, uses, echoedAt, sealedIn } = rest;
  return {
    ...{ name, version, way, because, hosts, provider, description },
    ...{ updatedAt, expiresAt, lastUsedAt, uses, echoedAt, sealedIn },
  };
}

function boundCall(event: PageEvent) {
  const call = callOf(event);
  const { hub, actor, address } = call;
  return { hub, actor, address, refusalOf: (thrown: unknown) => call.refusalOf(thrown) };
}
