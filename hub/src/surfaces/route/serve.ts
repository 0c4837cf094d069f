// Serves routes over HTTP. One pipeline for every call: host, caller, allowance, input, handler, output.
import { type Server, type ServerResponse } from 'node:http';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type z } from 'zod';
import { Fault } from '@holdfast/kernel/fault';
import { answerUpgrades, isUpgrade } from '@holdfast/platform/pass-on';
import { type Log } from '@holdfast/platform/log';
import { type Counter, type Histogram } from '@holdfast/platform/metrics';
import { type Actor, type RepoType } from '#modules/access';
import { Endings } from '../http/endings.ts';
import {
  answerError,
  answerPreflight,
  answerText,
  answerUnreadable,
  newRequestId,
  setStandingHeaders,
} from './answer.ts';
import { untilStep } from './alike.ts';
import { admit, identify, senderOf, type AdmissionOptions } from './admission.ts';
import { CallBodies } from './call-body.ts';
import { type Caller } from './caller.ts';
import { letElsewhereAnswer, type Elsewhere } from './elsewhere.ts';
import { inviteOnFirstRead } from './expect-continue.ts';
import { isRefusal, isSendersOwn } from './fault-table.ts';
import { inputInvalid, routeMissing } from './faults.ts';
import { parseInput, type Part } from './problem.ts';
import { expandPath, type Access, type Route } from './route.ts';
import { ServedCall } from './served-call.ts';

/** What serving needs to know. Sizes are bytes, times milliseconds. */
export interface ServeOptions extends AdmissionOptions {
  readonly log: Log;
  readonly requests: Counter;
  readonly durations: Histogram;
  readonly trustedProxies: readonly string[];
  readonly limits: {
    readonly jsonBody: number;
    readonly regularFile: number;
    readonly headers: number;
    readonly connections: number;
    readonly headersTimeout: number;
    readonly requestTimeout: number;
    readonly idleTimeout: number;
  };
  /** Called with each call that was refused to somebody, not for what it said. */
  readonly noteRefusal: (refused: RefusedCall) => void;
  /** The base URL for a Host header; throws where the host is not ours. */
  readonly baseUrlFor: (host: string | undefined, access: Access) => string;
  /** Whether who must sign in is asked for a name and a password, as git wants it; a browser then asks in a window. */
  readonly challenge?: boolean;
  /** Who answers a request to this host in our place. */
  readonly elsewhere?: Elsewhere;
}

/** A call that was refused: the code, and who called from where. */
export interface RefusedCall {
  readonly code: string;
  readonly address: string;
  readonly actor: Actor;
}

const NOBODY: Actor = { kind: 'anonymous', mayReadPublic: false };

/** Builds the server of these routes. It is not listening yet. Throws on a route without access rule or output. */
export function buildServer(routes: readonly Route[], options: ServeOptions): FastifyInstance {
  const endings = new Endings();
  const { challenge = true } = options;
  const answering = { log: options.log, endings, challenge };
  const app = fastify({
    logger: false,
    genReqId: newRequestId,
    exposeHeadRoutes: false,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    bodyLimit: Number.MAX_SAFE_INTEGER,
    clientErrorHandler: answerUnreadable,
    // A URL that cannot be decoded never reaches a hook.
    frameworkErrors: (error, request, reply) =>
      answerError(fromFastify(error), { request, reply, ...answering }),
    routerOptions: { maxParamLength: 4096, caseSensitive: true, ignoreTrailingSlash: true },
    http: {
      maxHeaderSize: options.limits.headers,
      headersTimeout: options.limits.headersTimeout,
      // Bodies may take as long as they move: 2 GiB over a slow line is no attack. Idle and slow ones are ended elsewhere.
      requestTimeout: 0,
      // Node's parser refuses what could be read two ways by a proxy and by us (request smuggling).
      insecureHTTPParser: false,
      keepAliveTimeout: 65_000,
      // Only elsewhere is another protocol spoken; here a request that asks for one is answered as any other.
      shouldUpgradeCallback: (request) =>
        isUpgrade(request) && options.elsewhere?.(request.headers.host) !== undefined,
    },
  });
  configureServer(app.server, options);
  // Bodies are read by the pipeline, after the caller is known and within the route's limit.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.setErrorHandler((error, request, reply) =>
    answerError(fromFastify(error), { request, reply, ...answering }),
  );
  app.setNotFoundHandler((request, reply) => {
    if (request.method === 'OPTIONS') answerPreflight(reply, request.id);
    else answerError(routeMissing(request.method, pathOf(request)), { request, reply, ...answering });
  });
  const { jsonBody: bytes, regularFile: file, requestTimeout: time } = options.limits;
  const bodies = new CallBodies({ bytes, file, time });
  for (const route of routes) addRoute(app, route, { ...options, bodies, endings, challenge });
  return app;
}

/** What the calls of one server share. */
interface Serving extends ServeOptions {
  readonly challenge: boolean;
  readonly bodies: CallBodies;
  readonly endings: Endings;
}

function configureServer(server: Server, options: ServeOptions): void {
  server.maxConnections = options.limits.connections;
  server.maxRequestsPerSocket = 0;
  inviteOnFirstRead(server);
  const { elsewhere } = options;
  if (elsewhere !== undefined) {
    letElsewhereAnswer(server, elsewhere);
    answerUpgrades(server, (request, response) => elsewhere(request.headers.host)?.(request, response));
  }
  server.setTimeout(options.limits.idleTimeout, (socket) => socket.destroy());
}

function addRoute(app: FastifyInstance, route: Route, options: Serving): void {
  if ((route.access as unknown) === undefined || (route.output as unknown) === undefined)
    throw new Error(`route ${route.operation} declares no access rule or no output`);
  for (const { path, repoType } of [route.path, ...(route.aliases ?? [])].flatMap(expandPath))
    app.route({
      method: route.method,
      url: path,
      handler: (request, reply) => answerCall({ route, repoType, request, reply }, options),
    });
}

interface Arrival {
  readonly route: Route;
  readonly repoType: RepoType;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function answerCall(arrival: Arrival, options: Serving): Promise<void> {
  const { route, request, reply } = arrival;
  const startedAt = performance.now();
  let userId: string | undefined;
  let actor: Actor = NOBODY;
  try {
    const baseUrl = options.baseUrlFor(request.headers.host, route.access);
    const caller = await admit(arrival, options, (known) => {
      userId = known.session?.account.id;
      actor = known.actor;
    });
    await runCall(arrival, { caller, baseUrl, startedAt }, options);
  } catch (error) {
    await answerRefused(error, { ...arrival, startedAt }, options);
    if (isRefusal(error)) options.noteRefusal({ code: error.code, address: request.ip, actor });
  }
  const observe = (): void => {
    const seconds = (performance.now() - startedAt) / 1000;
    const status = String(reply.raw.statusCode);
    options.requests.add({ operation: route.operation, status });
    options.durations.observe({ operation: route.operation }, seconds);
    options.log.answered({
      requestId: request.id,
      operation: route.operation,
      status: reply.raw.statusCode,
      userId,
      seconds,
    });
  };
  if (reply.raw.writableFinished || reply.raw.destroyed) observe();
  else reply.raw.once('close', observe);
}

async function answerRefused(
  error: unknown,
  { route, request, reply, startedAt }: Arrival & { readonly startedAt: number },
  options: Serving,
): Promise<void> {
  if (route.answersAlike !== true || !isSendersOwn(error) || reply.raw.headersSent) {
    answerError(error, { request, reply, ...options });
    return;
  }
  const { operation } = route;
  // One too many is read as any other: what was left unread would show, as it ends the connection.
  if (!request.raw.complete && !request.raw.destroyed)
    await options.bodies
      .receive(request.raw, route, senderOf(request, { actor: NOBODY, session: undefined }))
      .then(
        (received) => received[Symbol.dispose](),
        () => undefined,
      );
  await untilStep(startedAt);
  options.log.warn({ requestId: request.id, operation, code: error.code }, 'a call was dropped in silence');
  setStandingHeaders(reply, request.id);
  // An unread body would be read as the next request's head on this connection.
  if (!request.raw.complete) reply.raw.setHeader('connection', 'close');
  sendJson(route, { response: reply.raw, result: {} }, options.endings);
}

async function runCall(
  arrival: Arrival,
  known: { readonly caller: Caller; readonly baseUrl: string; readonly startedAt: number },
  options: Serving,
): Promise<void> {
  const { route, repoType, request, reply } = arrival;
  const { params, query } = parseAddress(arrival);
  route.checkHead?.({ request: request.raw, baseUrl: known.baseUrl });
  const sender = senderOf(request, known.caller);
  using received = await options.bodies.receive(request.raw, route, sender);
  const body = parse(route.body, received.value, 'body');
  // Time passed while the body came: who lost a right meanwhile (revoked, disabled, another role) must not act under
  // what was true at its head. The handler of a stream asks by itself, when the stream has ended.
  const callerNow = async (): Promise<Caller> => await identify({ route, request }, options);
  const caller = received.value === undefined ? known.caller : await callerNow();
  const { baseUrl } = known;
  const parts = { params, query, body, repoType, ...caller, callerNow, baseUrl, request, reply };
  if (route.ownHead !== true) setStandingHeaders(reply, request.id);
  const result = await route.run(new ServedCall(parts));
  if (route.answersAlike === true) await untilStep(known.startedAt);
  if (route.output !== 'stream') sendJson(route, { response: reply.raw, result }, options.endings);
}

function parseAddress({ route, request }: Arrival): { params: unknown; query: unknown } {
  // `GET http://elsewhere/path` asks a proxy. The router would look past the host, and whoever reads the URL would not.
  if (request.raw.url?.startsWith('/') !== true)
    throw inputInvalid('the URL must be a path that begins with "/".');
  if (request.raw.url?.includes('%00') === true) throw inputInvalid('the URL holds a NUL character.');
  return {
    params: parse(route.params, request.params, 'path'),
    query: parse(route.query, request.query, 'query'),
  };
}

function parse(schema: z.ZodType, value: unknown, part: Part): unknown {
  const parsed = parseInput(schema, value, part);
  if ('problem' in parsed) throw inputInvalid(`${parsed.problem}.`);
  return parsed.value;
}

function sendJson(
  route: Route,
  { response, result }: { readonly response: ServerResponse; readonly result: unknown },
  endings: Endings,
): void {
  if (route.output === 'stream') return;
  response.setHeader('cache-control', 'no-store');
  const status = response.statusCode === 200 ? (route.status ?? 200) : response.statusCode;
  const type = route.mediaType ?? 'application/json; charset=utf-8';
  answerText(response, { status, type, text: JSON.stringify(route.output.parse(result)) }, endings);
}

// What Fastify itself refuses: bad URLs, headers too large.
function fromFastify(error: unknown): unknown {
  const status = (error as { statusCode?: number }).statusCode;
  if (status === undefined || status >= 500 || error instanceof Fault) return error;
  return inputInvalid((error as Error).message);
}

function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '/').split('?', 1)[0] ?? '/';
}
