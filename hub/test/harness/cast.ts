// The people of the conformance suites: an administrator with an organisation, somebody else, and their tokens.
import type { Instance } from './instance.ts';

/** Who asks where, as variables for a client. */
export type Cast = Readonly<Record<'HF_ENDPOINT' | 'HF_TOKEN' | 'READ_TOKEN' | 'OTHER_TOKEN', string>>;

/** Creates the accounts and tokens in a new instance. */
export async function openCast(instance: Instance, url: string = instance.url): Promise<Cast> {
  await instance.createUser('other');
  await instance.admin('org', 'create', 'acme', '--owner', 'admin');
  return {
    HF_ENDPOINT: url,
    HF_TOKEN: await instance.createToken({ user: 'admin', role: 'write' }),
    READ_TOKEN: await instance.createToken({ user: 'admin', role: 'read' }),
    OTHER_TOKEN: await instance.createToken({ user: 'other', role: 'write' }),
  };
}
