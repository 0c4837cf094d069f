// The way from a page to the hub: what the hub gave with the call, who must be signed in, and how a refusal is shown.
import { error, fail, redirect, type ActionFailure } from '@sveltejs/kit';
import { type PageCall, type Visit } from '@holdfast/hub/surfaces/web/pages';

/** What a page needs of its event. */
export interface PageEvent {
  readonly platform: unknown;
  readonly request: Request;
  readonly url: URL;
}

/** A refusal as a form shows it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** A form that was refused, and what was typed into it. */
export interface Refused {
  readonly problem: Problem;
  readonly values: Readonly<Record<string, string>>;
}

/** What the hub gave with the call. */
export function callOf(event: Pick<PageEvent, 'platform'>): PageCall {
  return event.platform as PageCall;
}

/** Who is signed in; whoever is not goes to do so, and comes back. */
export function requireVisit(event: PageEvent): Visit {
  const { visit } = callOf(event);
  if (visit === undefined) redirect(303, `/sign-in?to=${encodeURIComponent(pathOf(event.url))}`);
  return visit;
}

/**
 * Does what a form asks for. A refusal is shown with the form, and one that asks for a fresh proof leads to where that is
 * given; anything else is a bug, and stays one. What was typed and is no secret comes back with the form.
 */
export async function attempt<Result>(
  event: PageEvent,
  work: () => Promise<Result>,
  values: Readonly<Record<string, string>> = {},
): Promise<Result | ActionFailure<Refused>> {
  try {
    return await work();
  } catch (thrown) {
    const refusal = callOf(event).refusalOf(thrown);
    if (refusal === undefined) throw thrown;
    if (refusal.code === 'account.proof-needed')
      redirect(303, `/account/prove?to=${encodeURIComponent(pathOf(event.url))}`);
    const { status, code, message } = refusal;
    return fail(status, { problem: { code, message }, values });
  }
}

/** Gives what a page shows, or the page that says why not. */
export async function show<Result>(event: PageEvent, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    const refusal = callOf(event).refusalOf(thrown);
    if (refusal === undefined) throw thrown;
    // Who is not known yet may be somebody who may.
    if (refusal.status === 401 && callOf(event).visit === undefined) requireVisit(event);
    error(refusal.status, refusal.message, { code: refusal.code });
  }
}

/** One field of a form, as text. */
export function field(form: URLSearchParams, name: string): string {
  return form.get(name) ?? '';
}

/** The path of a page, to come back to it. `?/create` names an action of a form, which is no part of that. */
export function pathOf({ pathname, searchParams }: URL): string {
  const kept = new URLSearchParams([...searchParams].filter(([name]) => !name.startsWith('/')));
  return kept.size === 0 ? pathname : `${pathname}?${kept.toString()}`;
}
