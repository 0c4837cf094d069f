// How Spaces are shown to the clients.
import { z } from 'zod';
import { type Runtime, type Variable } from '#modules/spaces';
import { originOf } from '../../spaces/space-address.ts';

/** What tells the hosts of Spaces. */
export interface SpaceAddressDeps {
  readonly spacesHost: string;
}

/** The variables of a Space by name. */
export const Variables = z.record(
  z.string(),
  z.object({ key: z.string(), value: z.string(), description: z.string().nullable(), updatedAt: z.string() }),
);

/** The variables as a client reads them. */
export function presentVariables(variables: readonly Variable[]): z.input<typeof Variables> {
  return Object.fromEntries(
    variables.map(({ name, value, description, updatedAt }) => [
      name,
      { key: name, value, description, updatedAt: updatedAt.toISOString() },
    ]),
  );
}

/** How a Space is. A client reads `stage`, and shows `errorMessage`; the rest is as on other hubs where it means something. */
export const SpaceRuntime = z.object({
  stage: z.string(),
  errorMessage: z.string().optional(),
  /** All that is wrong in the README, or means nothing here. */
  notices: z.array(z.string()).readonly(),
  hardware: z.object({ current: z.string().nullable(), requested: z.string().nullable() }),
  storage: z.null(),
  /** Seconds without a visitor after which it sleeps. */
  gcTimeout: z.number().nullable(),
  replicas: z.object({ current: z.number(), requested: z.number() }),
  domains: z.array(z.object({ domain: z.string(), stage: z.string() })),
  /** The commit that visitors meet. */
  sha: z.string().optional(),
});

/** Stages in which visitors are served. */
const SERVED: ReadonlySet<string> = new Set(['RUNNING', 'RUNNING_BUILDING', 'RUNNING_APP_STARTING']);

/** The runtime as a client reads it, with the address for who reaches the hub at this base URL. */
export function presentRuntime(
  { stage, error, notices, label, program }: Runtime,
  at: SpaceAddressDeps & { readonly baseUrl: string },
): z.input<typeof SpaceRuntime> {
  const running = SERVED.has(stage);
  const requested = program?.hardware ?? null;
  return {
    stage,
    ...(error !== undefined && { errorMessage: error }),
    notices,
    hardware: { current: running ? requested : null, requested },
    storage: null,
    gcTimeout: program?.sleepSeconds ?? null,
    replicas: { current: running ? 1 : 0, requested: stage === 'PAUSED' ? 0 : 1 },
    domains: [{ domain: new URL(originOf(label, at)).host, stage: running ? 'READY' : 'PENDING' }],
    ...(program?.serving && { sha: program.serving.commit }),
  };
}
