// What a route is. One without a declared access rule or output does not compile, and the server refuses to boot on it.
import { type IncomingMessage } from 'node:http';
import { type FastifyReply } from 'fastify';
import { type z } from 'zod';
import { type Actor, type RepoType } from '#modules/access';
import { type Session } from '#modules/tokens';
import { type Caller } from './caller.ts';

/**
 * Who may call a route. `open`: anybody, nothing is asked (health). `anyone`: a caller who may be anonymous; the module
 * decides. `user`: a live token. `link`: whoever holds a signed link, which names the token it was made from. `xet`: the
 * bearer of a Xet access token, which names it too; the handler checks both. `page`: a browser, in which somebody is signed in
 * or nobody; the modules decide. `client`: an application, which shows who it is in its own
 * way; the module checks. `operator`: the person at the machine, on the admin socket alone.
 */
export type Access = 'open' | 'anyone' | 'user' | 'link' | 'xet' | 'page' | 'client' | 'operator';

/** How the body arrives: not at all, parsed as JSON, form fields or either of them, or as a stream the handler reads. */
export type BodyKind = 'none' | 'json' | 'json-or-form' | 'form' | 'stream';

/** Which allowance a call counts against. */
export type Allowance = 'api' | 'resolve' | 'none';

/** The session of a call: there is one where only users are let in. */
type SessionOf<Who extends Access> = Who extends 'user' ? Session : Session | undefined;

/** One call of a route. */
export interface Call<Params, Query, Body, Who extends Access = Access> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Only on routes whose path has `{type}`: which kind of repository its URL names. */
  readonly repoType: RepoType;
  readonly actor: Actor;
  readonly session: SessionOf<Who>;
  /**
   * Who calls, as it is known by now: asked by a handler that waited, for a body or a turn, before it acts. Throws
   * `token.rejected` when the token is not live any more.
   */
  readonly callerNow: () => Promise<Caller>;
  /** Where the hub is for this caller, without a slash at the end. */
  readonly baseUrl: string;
  readonly address: string;
  readonly request: IncomingMessage;
  readonly reply: FastifyReply;
  /** Aborts when the caller hangs up. */
  readonly signal: AbortSignal;
}

/** A route, with the types of its parts. */
export interface RouteDefinition<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Output extends z.ZodType,
  Who extends Access = Access,
> {
  /** Name of the operation, unique. */
  readonly operation: string;
  readonly summary: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'OPTIONS';
  /** `{type}` stands for models, datasets and spaces; `{name}` for one segment; `*` at the end for the rest. */
  readonly path: string;
  /** How clients of another age spell the path. Served alike, and not documented. */
  readonly aliases?: readonly string[];
  readonly access: Who;
  readonly allowance: Allowance;
  readonly params: Params;
  readonly query: Query;
  readonly bodyKind: BodyKind;
  readonly body: Body;
  /**
   * The body holds the whole text of a file: from a known caller it may have the size of one, once it is escaped.
   * Strangers stay within the limit of all other bodies.
   */
  readonly bodyHoldsFile?: true;
  /** The form holds a text that is longer than what a person fills in: a small file, encoded. */
  readonly bodyHoldsText?: true;
  /** How many fields a form may have, where it has more than one that a person fills in. */
  readonly bodyFields?: number;
  /** Looks at the head before any of the body is read, and throws what refuses the call. */
  readonly checkHead?: (head: { readonly request: IncomingMessage; readonly baseUrl: string }) => void;
  /**
   * A call that is malformed, too large or one too many is dropped, and answered as one that was done and after as long, so that nobody
   * tells calls apart by their answers: who found a token that is bound to networks cannot try it, and would learn by the time whether
   * there is something to be done. The output must be empty then.
   */
  readonly answersAlike?: true;
  /** What leaves the server: undeclared fields are dropped. `stream`: the handler answers by itself. */
  readonly output: Output | 'stream';
  /**
   * The handler writes the whole head in one go, with the headers that every answer has: to set them one by one first
   * costs a small file a tenth of its time.
   */
  readonly ownHead?: true;
  /** Media type of the output; plain JSON where absent. */
  readonly mediaType?: string;
  /** Status of a success; 200 where absent. */
  readonly status?: number;
  run(call: Call<z.output<Params>, z.output<Query>, z.output<Body>, Who>): Promise<z.input<Output> | void>;
}

/** A route whose types no longer matter. */
export type Route = RouteDefinition<z.ZodType, z.ZodType, z.ZodType, z.ZodType>;

/** Declares a route; infers the types of its call from its schemas. */
export function defineRoute<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Output extends z.ZodType,
  const Who extends Access,
>(definition: RouteDefinition<Params, Query, Body, Output, Who>): Route {
  return definition;
}

/** One concrete path of a route. */
export interface RoutePath {
  readonly path: string;
  readonly repoType: RepoType;
}

const API_PREFIX: Readonly<Record<RepoType, string>> = {
  model: 'models',
  dataset: 'datasets',
  space: 'spaces',
};
const FILE_PREFIX: Readonly<Record<RepoType, string>> = { model: '', dataset: '/datasets', space: '/spaces' };

/** What precedes a repository's id in file URLs: nothing, `/datasets` or `/spaces`. */
export function filePrefix(type: RepoType): string {
  return FILE_PREFIX[type];
}

/** What precedes a repository's id in URLs of the API, below `/api`. */
export function apiPrefix(type: RepoType): string {
  return API_PREFIX[type];
}

/** The concrete paths of a route: `{type}` under `/api`, or `{prefix}` before file URLs, expand to one each. */
export function expandPath(path: string): RoutePath[] {
  const types: readonly RepoType[] = ['model', 'dataset', 'space'];
  const fastify = path.replaceAll(/\{(?!type\}|prefix\})(\w+)\}/g, ':$1');
  if (fastify.includes('{type}'))
    return types.map((type) => ({ path: fastify.replace('{type}', API_PREFIX[type]), repoType: type }));
  if (fastify.includes('{prefix}'))
    return types.map((type) => ({ path: fastify.replace('{prefix}', FILE_PREFIX[type]), repoType: type }));
  return [{ path: fastify, repoType: 'model' }];
}
