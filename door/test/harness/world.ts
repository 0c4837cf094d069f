// A world of its own for tests: this program runs in a network namespace that has nothing but a loopback device with public addresses
// on it. It plays the outside (HTTP, TLS, a repository of git), the resolver, and the hub. Nothing that is sent here leaves the machine.
import { createSocket } from 'node:dgram';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createSecureServer as createHttp2 } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { playHosts } from './played-hosts.ts';
import { A_RECORD, answerQuestion, type AddressesOf } from './played-names.ts';
import { playModern } from './played-modern.ts';
import { playSockets } from './played-sockets.ts';
import { PLAYED, VALUES } from './values.ts';

const [folder = ''] = process.argv.slice(2);
const PUBLIC = '93.184.216.34';
/** Of a host that speaks HTTP/2 and nothing else. */
const MODERN = '93.184.216.35';
/** Addresses by name; a name with several lists gives one after the other. */
const NAMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'models.example.org': [[PUBLIC]],
  'other.example.org': [[PUBLIC]],
  'modern.example.org': [[MODERN]],
  ...Object.fromEntries(Object.values(PLAYED).map((name) => [name, [[PUBLIC]]])),
  'near.example.org': [['127.0.0.1']],
  'metadata.example.org': [['169.254.169.254']],
  'mixed.example.org': [['10.0.0.1', PUBLIC]],
  'rebind.example.org': [[PUBLIC], ['127.0.0.1'], ['127.0.0.1']],
};
const asked = new Map<string, number>();

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const addressesOf: AddressesOf = (name, type) => {
  tell({ query: name, type });
  // Whoever has a domain has as many names as they like.
  const lists = name.endsWith('.many.example.net') ? [[PUBLIC]] : NAMES[name];
  const turn = asked.get(name) ?? 0;
  if (type === A_RECORD) asked.set(name, turn + 1);
  return lists?.[Math.min(turn, lists.length - 1)];
};

const outside: RequestListener = (request, response) => {
  const { url = '/', headers } = request;
  tell({ request: url, host: headers.host });
  if (url === '/to-metadata') response.writeHead(302, { Location: 'http://169.254.169.254/latest' }).end();
  else if (url.startsWith('/repo.git/')) {
    const file = createReadStream(join(folder, url.split('?')[0] ?? ''));
    file.on('error', () => response.writeHead(404).end()).pipe(response);
  } else if (url.startsWith('/api/models/'))
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end('{"_id":"1","id":"a/b","siblings":[]}');
  else if (url === '/slow') setTimeout(() => response.end('late'), 500);
  else response.end(`hello ${headers.host ?? ''}`);
};

const key = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) };
const played = playHosts(tell, folder);
const QUICK = `${'x'.repeat(1_021)}END`;
/** What is asked often, to see how fast it can be: checked, and not told. */
const quick: RequestListener = ({ headers }, response) => {
  if (headers.authorization === `Bearer ${VALUES.openai[0]}`) response.end(QUICK);
  else response.writeHead(401).end('END');
};
const all: RequestListener = (request, response) => {
  if (request.url === '/quick') quick(request, response);
  else if (Object.values<string | undefined>(PLAYED).includes(request.headers.host))
    played(request, response);
  else outside(request, response);
};
createHttp(all).listen(80, PUBLIC);
createHttps(key, all).on('upgrade', playSockets(tell)).listen(443, PUBLIC);
createHttp2({ ...key, maxSessionMemory: 500 }, playModern(tell)).listen(443, MODERN);
createHttp((request, response) => {
  tell({ hub: request.url, headers: request.rawHeaders });
  if (
    request.headers.authorization === `Bearer ${VALUES.hub[0]}` &&
    request.url?.startsWith('/api/models/') === true
  )
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end('{"_id":"1","id":"brokered/hello","siblings":[]}');
  else response.end('the hub');
}).listen(9_000, '127.0.0.1');
// What an app must not reach: whoever does is told so.
for (const port of [80, 443])
  createHttp((_, response) => response.end('INSIDE OF THE MACHINE')).listen(port, '127.0.0.1');
const resolver = createSocket('udp4');
resolver.on('message', (message, { port, address }) => {
  resolver.send(answerQuestion(message, addressesOf), port, address);
});
resolver.bind(5353, '127.0.0.1', () => {
  tell({ ready: true });
});
