// The ways of pages to the issuer and back. A refusal leads to the page where the person came from, which says it in words.
import { error, redirect } from '@sveltejs/kit';
import { type PageCall } from '@holdfast/hub/surfaces/web/pages';
import { callOf, type PageEvent } from './call.ts';

type SignOn = NonNullable<PageCall['hub']['singleSignOn']>;
type Begun = Awaited<ReturnType<SignOn['begin']>>;

/** Where one is when something is refused, and where it leads on to when not. */
export interface Ways {
  readonly to: string;
  readonly from: string;
}

/** Begins, has the browser keep what it needs to come back, and leads it to the issuer. */
export async function leadToIssuer(
  event: PageEvent,
  begin: (hub: SignOn, at: { readonly back: string; readonly to: string }) => Promise<Begun>,
  { to, from }: Ways,
): Promise<never> {
  const call = callOf(event);
  const hub = signOnOf(call);
  const begun = await orSay(call, from, () => begin(hub, { back: backOf(call), to }));
  call.keepNote('sign-on', begun.note);
  // Whom the operator named, as the courier found them.
  redirect(303, begun.address, { external: true });
}

/** Ends what was begun. */
export async function endAtIssuer(event: PageEvent): ReturnType<SignOn['finish']> {
  const call = callOf(event);
  const hub = signOnOf(call);
  const note = call.findNote('sign-on');
  call.keepNote('sign-on', '');
  const { visit, browser } = call;
  const query = event.url.search.slice(1);
  return await orSay(call, visit === undefined ? '/sign-in' : '/account', () =>
    hub.finish({ note, query, visit, browser }),
  );
}

/** The page of ours to which the issuer leads back. */
export function backOf({ baseUrl }: Pick<PageCall, 'baseUrl'>): string {
  return `${baseUrl}/sign-in/issuer/back`;
}

/** The refusal that a page was led to with, for who has words for it. */
export function problemIn({ searchParams }: URL, words: Readonly<Record<string, string>>) {
  const code = searchParams.get('problem') ?? '';
  // A link from elsewhere can name a refusal that did not happen; it cannot put words of its own on the page.
  const message = Object.hasOwn(words, code) ? words[code] : undefined;
  return message === undefined ? undefined : { code, message };
}

function signOnOf({ hub }: PageCall): SignOn {
  return hub.singleSignOn ?? error(404, 'Not Found');
}

async function orSay<Result>(call: PageCall, page: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    const refusal = call.refusalOf(thrown);
    if (refusal === undefined) throw thrown;
    redirect(303, `${page}?problem=${encodeURIComponent(refusal.code)}`);
  }
}
