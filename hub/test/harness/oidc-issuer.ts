// A real issuer (oidc-provider) on this machine, and somebody who signs on there.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { Secret } from '@holdfast/kernel/secret';
import { type Log } from '@holdfast/platform/log';
import { Issuer } from '@holdfast/courier/issuer';

/** What the issuer says of a person; whoever types a name there is that person. */
export interface Person {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly preferred_username?: string;
  readonly groups?: readonly string[];
}

/** A running issuer. Disposal stops it. */
export interface OidcIssuer extends AsyncDisposable {
  readonly address: string;
  /** What it says from now on, by the name that is typed. */
  readonly people: Map<string, Person>;
  /** Has it lead back to this hub. */
  admit(hub: { readonly port: number }): void;
  /** The courier's side of it. */
  clientFor(log: Log, asksAnew?: boolean): Issuer;
}

/** What it knows the hub by. */
export const ISSUER_CLIENT = { id: 'holdfast', secret: 'Zr9-only-the-courier-holds-this' };

/** Starts one. */
export async function startOidcIssuer(): Promise<OidcIssuer> {
  const people = new Map<string, Person>();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const admit = ({ port }: { readonly port: number }): void => {
    const provider = new Provider(address, {
      clients: [
        {
          client_id: ISSUER_CLIENT.id,
          client_secret: ISSUER_CLIENT.secret,
          redirect_uris: [`http://localhost:${port}/sign-in/issuer/back`],
        },
      ],
      claims: {
        openid: ['sub', 'groups'],
        email: ['email', 'email_verified'],
        profile: ['preferred_username'],
      },
      findAccount: (_context, id) => ({
        accountId: id,
        claims: () => ({ sub: id, ...people.get(id) }),
      }),
      cookies: { keys: ['for this test'] },
    });
    const answer = provider.callback();
    server.removeAllListeners('request').on('request', (request, response) => void answer(request, response));
  };
  return {
    address,
    people,
    admit,
    clientFor: (log, asksAnew = true) =>
      new Issuer(
        {
          address,
          clientId: ISSUER_CLIENT.id,
          scopes: ['openid', 'profile', 'email'],
          groupsClaim: 'groups',
          asksAnew,
          hosts: [],
          certificates: null,
        },
        new Secret(ISSUER_CLIENT.secret),
        log,
      ),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const MOST_STEPS = 12;

/** Goes through the issuer's pages as somebody, and gives the address at the hub to which it leads back. */
export async function signOnAt(address: string, name: string): Promise<string> {
  const cookies = new Map<string, string>();
  const ask = async (url: string, form?: Record<string, string>): Promise<Response> => {
    const cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join('; ');
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(key, value);
    }
    return answer;
  };
  let url = address;
  let answer = await ask(url);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const location = answer.headers.get('location');
    if (location !== null) {
      url = new URL(location, url).href;
      if (url.includes('/sign-in/issuer/back')) return url;
      answer = await ask(url);
      continue;
    }
    const page = await answer.text();
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    if (action === undefined || prompt === undefined)
      throw new Error(`the issuer says: ${page.slice(0, 500)}`);
    url = new URL(action, url).href;
    answer = await ask(url, prompt === 'login' ? { prompt, login: name, password: 'x' } : { prompt });
  }
  throw new Error('the issuer does not come to an end');
}
