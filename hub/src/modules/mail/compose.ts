// Writes mails: subject, text and HTML, in the recipient's language. Pure. Links are made here, when a mail is sent: that of a
// sign-up makes an account, none of the others opens anything: each leads to a page that asks who is there.
import { type Language, type MailFacts } from './model.ts';
import { oneLine } from './one-line.ts';
import { sayInEnglish } from './words-en.ts';
import { sayInPortuguese } from './words-pt.ts';

/** A mail that can be sent. */
export interface Composed {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Who is written to, and from where. */
export interface Setting {
  readonly name: string;
  readonly language: Language;
  /** The hub's address, without a slash at the end. */
  readonly hub: string;
  /** The text of the link of a sign-up. */
  readonly signUpText: (invitation: string) => string;
}

/** What a mail says, by language. */
export interface Said {
  readonly subject: string;
  readonly what: string;
  readonly advice: string;
}

/** Writes one. */
export function compose(facts: MailFacts, { name, language, hub, signUpText }: Setting): Composed {
  const { greeting, sender, say } = TONGUES[language];
  const { subject, what, advice } = say(facts);
  const link = `${hub}${pageOf(facts, signUpText)}`;
  const before = [greeting(name), what, advice];
  const after = sender(hub);
  const paragraph = (text: string): string => `<p>${escape(text)}</p>`;
  return {
    subject: subjectOf(subject),
    text: `${[...before, link, after].join('\n\n')}\n`,
    html:
      `<!doctype html><html lang="${language}"><body>${before.map(paragraph).join('')}` +
      `<p><a href="${escape(link)}">${escape(link)}</a></p>${paragraph(after)}</body></html>`,
  };
}

/** Shows one whose link opens nothing any more: no link is made for it. */
export function composeOver(facts: MailFacts, { language }: Pick<Setting, 'language'>): Composed {
  const { say, over } = TONGUES[language];
  return { subject: subjectOf(say(facts).subject), text: `${over}\n`, html: `<p>${escape(over)}</p>` };
}

/** The courier refuses more, for good: names of twenty tokens are longer. The text has all of them. */
const LONGEST_SUBJECT = 300;

/** A name that somebody chose must not begin a header of its own, nor keep the mail from being sent. */
function subjectOf(text: string): string {
  const line = oneLine(text);
  return line.length <= LONGEST_SUBJECT ? line : `${line.slice(0, LONGEST_SUBJECT - 1).toWellFormed()}…`;
}

/** Where a person can look at it. */
function pageOf(facts: MailFacts, signUpText: Setting['signUpText']): string {
  if (facts.kind === 'sign-up') return `/join/${signUpText(facts.invitation)}`;
  return facts.kind === 'secret-echoed' ? `/spaces/${facts.space}/settings/app` : PAGES[facts.kind];
}

const PAGES: Readonly<Record<Exclude<MailFacts['kind'], 'secret-echoed' | 'sign-up'>, string>> = {
  'signed-in': '/account/sessions',
  'token-issued': '/account/tokens',
  'token-revoked': '/account/tokens',
  'token-used': '/account/tokens',
  'token-pushed': '/account/tokens',
  'token-reach': '/account/tokens',
  'application-authorized': '/account/applications',
  'role-changed': '/account',
  'administrator-changed': '/account',
  'sign-up-tried': '/sign-in',
};

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

interface Tongue {
  readonly greeting: (name: string) => string;
  readonly sender: (hub: string) => string;
  readonly say: (facts: MailFacts) => Said;
  /** In place of a link that opens nothing any more. */
  readonly over: string;
}

const TONGUES: Readonly<Record<Language, Tongue>> = {
  en: {
    greeting: (name) => `Hello ${name},`,
    sender: (hub) => `Holdfast at ${hub}`,
    say: sayInEnglish,
    over: 'The link of this mail is over: it was used, it was not used in time, or there is an account with this address.',
  },
  pt: {
    greeting: (name) => `Olá, ${name}.`,
    sender: (hub) => `Holdfast em ${hub}`,
    say: sayInPortuguese,
    over: 'A ligação desta mensagem já não serve: foi usada, não o foi a tempo, ou já há uma conta com este endereço.',
  },
};
