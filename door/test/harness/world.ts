// A world of its own for tests: this program runs in a network namespace that has nothing but a loopback device with public addresses
// on it. It plays the outside (HTTP, TLS, a repository of git), the resolver, and the hub. Nothing that is sent here leaves the machine.
import { createSocket } from 'node:dgram';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { playHosts } from './played-hosts.ts';
import { playSockets } from './played-sockets.ts';
import { PLAYED, VALUES } from './values.ts';

const [folder = ''] = process.argv.slice(2);
const PUBLIC = '93.184.216.34';
/** Addresses by name; a name with several lists gives one after the other. */
const NAMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'models.example.org': [[PUBLIC]],
  'other.example.org': [[PUBLIC]],
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

/** Answers one question for an A record; all else is empty. */
function answer(message: Buffer): Buffer {
  let at = 12;
  const labels: string[] = [];
  while ((message[at] ?? 0) !== 0) {
    const length = message[at] ?? 0;
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const name = labels.join('.').toLowerCase();
  const type = message.readUInt16BE(at + 1);
  tell({ query: name, type });
  const lists = NAMES[name];
  const turn = asked.get(name) ?? 0;
  if (type === 1) asked.set(name, turn + 1);
  const addresses = type === 1 ? (lists?.[Math.min(turn, lists.length - 1)] ?? []) : [];
  const header = Buffer.from(message.subarray(0, 12));
  header.writeUInt16BE(lists === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt16BE(0, 10);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([header, message.subarray(12, at + 5), ...records]);
}

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
  resolver.send(answer(message), port, address);
});
resolver.bind(5353, '127.0.0.1', () => {
  tell({ ready: true });
});
