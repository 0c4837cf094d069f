// What the pages between the hub and a Space say, in the languages of the hub's other pages. Programs are told the same in English.
// Pure.
import { ptTold } from '@holdfast/kernel/told/pt-told';
import { toldIn, type Piece } from '@holdfast/kernel/told/told';
import { type Call } from '../route/route.ts';
import { findCookie } from '../web/cookies.ts';

/** The languages there are. */
export type PageLanguage = 'en' | 'pt';

/** A sentence in each of them: one that a language lacks does not compile. */
export type Said = Readonly<Record<PageLanguage, string>> & {
  /** What one of the hub's programs told in English; it stands where the sentence has `TOLD_HERE`. */
  readonly told?: string;
};

/** No sentence has it by itself, and what is told is put in once. */
const TOLD_HERE = '{told}';
const TOLD_WORDS = { en: {}, pt: ptTold };

/** What is said. */
export const SAY = {
  paused: {
    en: 'This Space is paused. Those who may write to it can start it again.',
    pt: 'Este Space está parado. Quem pode escrever nele pode voltar a iniciá-lo.',
  },
  noFile: { en: 'There is no such file in this Space.', pt: 'Este Space não tem esse ficheiro.' },
  neverUploaded: {
    en: 'The content of this file was never uploaded.',
    pt: 'O conteúdo deste ficheiro nunca foi enviado.',
  },
  worthless: {
    en: 'You could not be let in: this address was used too late or by another browser, or your browser keeps no cookies. Open the Space again.',
    pt: 'Não pôde entrar: este endereço foi usado demasiado tarde ou por outro navegador, ou o seu navegador não guarda cookies. Abra o Space de novo.',
  },
  apart: {
    en: 'Your browser was not let in here: it may keep no cookies in frames. The app opens by itself, in a window of its own.',
    pt: 'O seu navegador não pôde entrar aqui: talvez não guarde cookies em molduras. A aplicação abre sozinha, numa janela só dela.',
  },
  frameOld: {
    en: 'The app could not be shown here: this page has been open for too long. Load it again.',
    pt: 'A aplicação não se pôde mostrar aqui: esta página está aberta há demasiado tempo. Carregue-a de novo.',
  },
  starting: {
    en: 'This Space is starting. This page asks again by itself.',
    pt: 'Este Space está a arrancar. Esta página volta a perguntar por si.',
  },
  waking: {
    en: 'This Space was asleep and is waking up. This page asks again by itself.',
    pt: 'Este Space dormia e está a acordar. Esta página volta a perguntar por si.',
  },
  broken: {
    en: 'The program of this Space hung up without an answer.',
    pt: 'O programa deste Space desligou sem responder.',
  },
  gone: {
    en: 'The program of this Space cannot be reached at the moment.',
    pt: 'Neste momento não se chega ao programa deste Space.',
  },
  elsewhere: {
    en: 'This Space runs on another machine of this hub, and is reached there. Ask its operator for the address.',
    pt: 'Este Space corre noutra máquina deste hub, e é lá que se chega a ele. Peça o endereço a quem o gere.',
  },
} as const satisfies Readonly<Record<string, Said>>;

/** Why a Space has nothing to show. */
export function cannotBeShown(why = ''): Said {
  if (why === '')
    return {
      en: 'This Space cannot be shown. It has no configuration.',
      pt: 'Este Space não se pode mostrar. Não tem configuração.',
    };
  return {
    en: `This Space cannot be shown. ${TOLD_HERE}.`,
    pt: `Este Space não se pode mostrar. ${TOLD_HERE}.`,
    told: why,
  };
}

/** That the program of a Space does not run, and where its log is for who may read it. */
export function doesNotRun(stage: string, message: string | null, log: string | undefined): Said {
  const why = `(${stage})${message === null ? '.' : `: ${TOLD_HERE}`}`;
  return {
    en: `This Space does not run ${why}${log === undefined ? '' : ` Its log is at ${log}`}`,
    pt: `Este Space não corre ${why}${log === undefined ? '' : ` O seu registo está em ${log}`}`,
    ...(message !== null && { told: message }),
  };
}

/** The lines of what is said; what is told is in the reader's language as far as that has words for it. */
export function linesOf(said: Said, language: PageLanguage): readonly (readonly Piece[])[] {
  const own = (text: string): Piece[] => (text === '' ? [] : [{ text, isEnglish: false }]);
  const { told, [language]: sentence } = said;
  if (told === undefined) return [own(sentence)];
  const [before = '', after = ''] = sentence.split(TOLD_HERE);
  const lines = toldIn(TOLD_WORDS[language], told);
  return lines.map((line, n) => [
    ...(n === 0 ? own(before) : []),
    ...line,
    ...(n === lines.length - 1 ? own(after) : []),
  ]);
}

/** What programs are told. */
export function inEnglish(said: Said): string {
  return linesOf(said, 'en')
    .map((line) => line.map(({ text }) => text).join(''))
    .join('\n');
}

/** Whose a Space is, before somebody goes on to it. */
export function madeBy(owner: string): Said {
  return {
    en: `This Space is made by ${owner}, and what it shows is theirs. It never needs your password of this hub.`,
    pt: `Este Space é de ${owner}, e o que mostra também. Nunca precisa da sua palavra-passe deste hub.`,
  };
}

/** The language of a visitor: the one they chose, where the browser sends that here, or else the first that it asks for. */
export function languageOf({
  request,
  baseUrl,
}: Pick<Call<unknown, unknown, unknown>, 'request' | 'baseUrl'>): PageLanguage {
  const { cookie, 'accept-language': accepted } = request.headers;
  return parseLanguage(findCookie('language', cookie, baseUrl)) ?? firstAccepted(accepted ?? '') ?? 'en';
}

function firstAccepted(accepted: string): PageLanguage | undefined {
  return accepted
    .split(',')
    .slice(0, 20)
    .map((part) => {
      const quality = /;\s*q=([\d.]+)/.exec(part)?.[1];
      return { language: parseLanguage(part), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ language, quality }) => language !== undefined && quality > 0)
    .sort((a, b) => b.quality - a.quality)[0]?.language;
}

function parseLanguage(text = ''): PageLanguage | undefined {
  const name = /^\s*([a-z]+)/i.exec(text)?.[1]?.toLowerCase();
  return name === 'en' || name === 'pt' ? name : undefined;
}
