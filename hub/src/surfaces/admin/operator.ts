// Who is at the machine. The socket is 0600 under the operator's user, so that whoever can write to it is the operator
// or root; the header only adds what they typed and where.
import { type IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { type OperatorActor } from '#modules/access';

const Claim = z.object({
  user: z.string().max(64).default('unknown'),
  terminal: z.string().max(64).default(''),
  command: z.union([z.string().max(1000), z.array(z.string().max(1000)).max(50)]).default(''),
});

/** The operator as the admin command describes them. A header that cannot be read describes nobody. */
export function identifyOperator(headers: IncomingHttpHeaders): OperatorActor {
  const claim = Claim.safeParse(parseHeader(headers['x-holdfast-operator'])).data ?? Claim.parse({});
  const command = typeof claim.command === 'string' ? claim.command : claim.command.join(' ');
  return { kind: 'operator', osUser: claim.user, terminal: claim.terminal, command };
}

function parseHeader(value: string | string[] | undefined): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : undefined;
  } catch {
    return undefined;
  }
}
