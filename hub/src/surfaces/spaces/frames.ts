// The app of a Space in a frame of the hub's own page: who may show it, and the ticket by which somebody who is signed in at the
// hub is let in there.
// Invariant: what is shown to somebody in particular is framed by the hub's page and its own pages, and by nobody else's, or
// another site, or another Space, could have the visitor click in it unknowingly.
import { randomBytes } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Actor } from '#modules/access';
import { sessionOf, signPass, type Pass } from './visits.ts';

/** The policy that says who may frame an answer; `undefined` where it is the same for everybody. */
export function framePolicy(actor: Actor, hubUrl: string): string | undefined {
  return actor.kind === 'anonymous' ? undefined : `frame-ancestors 'self' ${hubUrl}`;
}

/**
 * Who may frame what the Space's origin itself says of a Space that the caller may open. To nobody in particular it says what everybody
 * may see, and is framed where the app is: pages by another name of this machine's, and of other sites, wait for it there, too.
 */
export function noticeFramers(actor: Actor, hubUrl: string): string {
  return actor.kind === 'anonymous' ? '*' : hubUrl;
}

/** Whether a browser asks for what it shows in a frame (Fetch Metadata, W3C). */
export function isFrame({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'iframe';
}

/** Whether a page of the hub opens the frame. Another page can say neither that it is one, nor nothing. */
export function isFramedByHub(request: IncomingMessage, hubUrl: string): boolean {
  const { headers, method } = request;
  if (method !== 'GET' || !isFrame(request) || headers['sec-fetch-site'] !== 'cross-site') return false;
  const { referer } = headers;
  return referer !== undefined && URL.parse(referer)?.origin === new URL(hubUrl).origin;
}

/** Where a browser that has cookies for frames keeps one: from a secure origin, or this machine. */
export function keepsFrameCookies(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || hostname.endsWith('.localhost');
}

/** A ticket, good for one use within a minute. */
export function signFrameTicket(keys: Keys, about: Omit<Pass, 'browser'>): string {
  return signPass(keys, 'space-frame-ticket', { ...about, browser: randomBytes(16).toString('base64url') });
}

/** A ticket that is ours. */
export interface FrameTicket {
  readonly sessionId: Id;
  /** Whether it lets in: it is not too old, and nobody has used it. */
  readonly counts: boolean;
}

const REMEMBERED_MS = 60_000;

/** The tickets that this hub takes. */
export class FrameTickets {
  readonly #keys: Keys;
  /** Those that were used, with the time until which they would be good; oldest first. */
  readonly #used = new Map<string, number>();

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /** Takes a ticket for a Space; `undefined` for a text that is none. */
  take(text: string, label: string, now: Date): FrameTicket | undefined {
    const [, id = '', time = '', nonce = '', signature = '', ...rest] = text.split('.');
    // Or a ticket with something added would be another one, which nobody has used.
    if (rest.length > 0) return undefined;
    if (!this.#keys.signed('space-frame-ticket', [label, id, time, nonce], signature)) return undefined;
    const sessionId = parseId(id);
    if (sessionId === undefined) return undefined;
    const isLive = sessionOf(this.#keys, 'space-frame-ticket', { text, label, now, browser: nonce });
    const counts = isLive !== undefined && !this.#used.has(text);
    if (counts) this.#note(text, now.getTime());
    return { sessionId, counts };
  }

  #note(text: string, now: number): void {
    for (const [used, until] of this.#used) {
      if (until >= now) break;
      this.#used.delete(used);
    }
    this.#used.set(text, now + REMEMBERED_MS);
  }
}
