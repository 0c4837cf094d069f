// One call as a page sees it.
import { countedAddress } from '@holdfast/kernel/network';
import { isFault } from '@holdfast/kernel/fault';
import { type Log } from '@holdfast/platform/log';
import { referencesOf, type Actor, type Who } from '#modules/access';
import { type Refusals } from '#modules/ledger';
import { type BegunSession, type Browser, type Visit } from '#modules/sessions';
import { RepoMoved, type RepoName } from '#modules/repos';
import { type SecretFacts } from '#modules/secrets';
import { isRefusal, statusOf } from '../route/fault-table.ts';
import { MOST_BYTES } from '../hub/spaces/secret-body.ts';
import { bodyTooLarge, signInNeeded } from '../route/faults.ts';
import { type Call } from '../route/route.ts';
import { cookieHeader, findCookie, type CookieKind } from './cookies.ts';
import { type Besides } from './headers.ts';
import {
  type NoteKind,
  type PageCall,
  type PageModules,
  type PageRefusal,
  type SecretFields,
} from './pages.ts';
import { secretBodyOf, type SecretForm } from './secret-form.ts';

/** A call that a page answers. */
export type AnyCall = Call<unknown, unknown, unknown>;

/** The call; it gathers the cookies that the answer sets. */
export class ServedPageCall implements PageCall {
  readonly hub: PageModules;
  readonly visit: Visit | undefined;
  readonly actor: Actor;
  readonly who: Who;
  readonly address: string;
  readonly baseUrl: string;
  readonly browser: Browser;
  readonly ledHere: boolean;
  readonly form: URLSearchParams;
  /** `Set-Cookie` headers of the answer. */
  readonly cookies: string[] = [];
  /** What this page may do besides. */
  besides: Besides = {};
  #saysSession = false;
  readonly #call: AnyCall;
  readonly #secret: SecretForm | undefined;
  readonly #tell: { readonly refusals: Refusals; readonly log: Log };

  constructor(
    call: AnyCall,
    at: {
      readonly hub: PageModules;
      readonly visit: Visit | undefined;
      readonly anonymousMayRead: boolean;
      readonly form: URLSearchParams;
      readonly secret: SecretForm | undefined;
    },
    tell: { readonly refusals: Refusals; readonly log: Log },
  ) {
    this.hub = at.hub;
    this.visit = at.visit;
    this.actor = at.visit?.actor ?? { kind: 'anonymous', mayReadPublic: at.anonymousMayRead };
    this.who = async () => {
      if (at.visit === undefined) return this.actor;
      const now = await at.hub.sessions.findById(at.visit.session.id);
      if (now === undefined) throw signInNeeded();
      return now.actor;
    };
    this.address = call.address;
    this.baseUrl = call.baseUrl;
    this.ledHere = call.request.headers['sec-fetch-site'] === 'same-origin';
    this.#call = call;
    this.#tell = tell;
    this.form = at.form;
    this.#secret = at.secret;
    this.browser = {
      address: countedAddress(call.address),
      client: call.request.headers['user-agent'] ?? '',
      known: this.#find('known'),
    };
  }

  keep(begun: BegunSession & { readonly known?: string }): void {
    this.#set('session', begun.value.reveal('to give it to the browser'));
    if (begun.known !== undefined) this.#set('known', begun.known);
  }

  /** Has the browser keep the next value of its session where another is due; not where the page has just said which it keeps. */
  async rotate(shown: string): Promise<void> {
    if (this.visit === undefined || this.#saysSession) return;
    const next = await this.hub.sessions.rotate(this.visit, shown);
    if (next !== undefined) this.#set('session', next.reveal('to give it to the browser'));
  }

  forget(): void {
    this.#set('session', '');
  }

  async signOut(): Promise<void> {
    const value = this.#find('session');
    this.forget();
    if (value !== undefined) await this.hub.signOut.end(value);
  }

  findNote(kind: NoteKind): string | undefined {
    return this.#find(kind);
  }

  keepNote(kind: NoteKind, text: string): void {
    if (text !== '' || this.#find(kind) !== undefined) this.#set(kind, text);
  }

  allow(besides: Besides): void {
    this.besides = { ...this.besides, ...besides };
  }

  async setSecret(space: RepoName, fields: SecretFields): Promise<readonly SecretFacts[]> {
    const { secrets } = this.hub;
    await secrets.requireSetting(this.actor, space);
    const value = this.#secret?.value ?? new Uint8Array();
    // A form that has both is refused by the vault.
    const body =
      fields.sealed !== undefined && value.length === 0
        ? Buffer.from(JSON.stringify(fields))
        : secretBodyOf(fields, value);
    if (body.length > MOST_BYTES) {
      body.fill(0);
      throw bodyTooLarge(MOST_BYTES);
    }
    return await secrets.set(this.who, space, body);
  }

  movedTo(error: unknown): string | undefined {
    return error instanceof RepoMoved ? error.to : undefined;
  }

  refusalOf(error: unknown): PageRefusal | undefined {
    if (!isFault(error)) return undefined;
    const { code, message } = error;
    const address = countedAddress(this.#call.address);
    if (isRefusal(error)) this.#tell.refusals.note({ code, address, ...referencesOf(this.actor) });
    return { status: statusOf(error), code, message };
  }

  noteBug(err: unknown): string {
    const requestId = String(this.#call.reply.request.id);
    this.#tell.log.error({ requestId, err }, 'a page failed on a bug');
    return requestId;
  }

  #find(kind: CookieKind): string | undefined {
    return findCookie(kind, this.#call.request.headers.cookie, this.baseUrl);
  }

  #set(kind: CookieKind, value: string): void {
    if (kind === 'session') this.#saysSession = true;
    this.cookies.push(cookieHeader(kind, value, this.baseUrl));
  }
}

/** The fields of a form that was parsed. */
export function formOf(body: unknown): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries((body ?? {}) as Record<string, string | string[]>))
    for (const one of Array.isArray(value) ? value : [value]) fields.append(name, one);
  return fields;
}
