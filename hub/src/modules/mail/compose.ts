// Writes mails: subject, text and HTML, in the recipient's language. Pure.
import { type MailFacts } from './model.ts';

/** Languages that mail is written in. */
export const LANGUAGES = ['en', 'pt'] as const;
export type Language = (typeof LANGUAGES)[number];

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
}

interface Said {
  readonly subject: string;
  readonly what: string;
  readonly advice: string;
}

/** Writes one. */
export function compose(facts: MailFacts, { name, language, hub }: Setting): Composed {
  const { greeting, sender, say } = TONGUES[language];
  const { subject, what, advice } = say(facts);
  const paragraphs = [greeting(name), what, advice, sender(hub)];
  return {
    // A name that somebody chose must not begin a header of its own.
    subject: subject.replaceAll(CONTROL, ' '),
    text: `${paragraphs.join('\n\n')}\n`,
    html: `<!doctype html><html lang="${language}"><body>${paragraphs.map((one) => `<p>${escape(one)}</p>`).join('')}</body></html>`,
  };
}

// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

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
}

const TONGUES: Readonly<Record<Language, Tongue>> = {
  en: { greeting: (name) => `Hello ${name},`, sender: (hub) => `Holdfast at ${hub}`, say: sayInEnglish },
  pt: { greeting: (name) => `Olá, ${name}.`, sender: (hub) => `Holdfast em ${hub}`, say: sayInPortuguese },
};

function sayInEnglish(facts: MailFacts): Said {
  switch (facts.kind) {
    case 'token-issued':
      return {
        subject: `A new access token: ${facts.token}`,
        what: `An access token called "${facts.token}" was made for your account. ${facts.expires === null ? 'It does not expire.' : `It expires on ${facts.expires}.`}`,
        advice: 'If it was not you, revoke it now and change your password.',
      };
    case 'token-revoked':
      return {
        subject: `Access token revoked: ${facts.token}`,
        what:
          facts.why === 'found'
            ? `Somebody found your access token "${facts.token}" where it should not be, and reported it. It was revoked at once.`
            : `Your access token "${facts.token}" was revoked.`,
        advice:
          facts.why === 'found'
            ? 'Look at what it was used for, and make a new one where you still need it.'
            : 'What used it does not work any more.',
      };
    case 'role-changed':
      return {
        subject: `Your role in ${facts.organization}`,
        what:
          facts.role === null
            ? `You are not a member of ${facts.organization} any more.`
            : `Your role in ${facts.organization} is now "${facts.role}".`,
        advice: 'Ask an administrator of the organization if this is unexpected.',
      };
  }
}

function sayInPortuguese(facts: MailFacts): Said {
  switch (facts.kind) {
    case 'token-issued':
      return {
        subject: `Novo token de acesso: ${facts.token}`,
        what: `Um token de acesso chamado "${facts.token}" foi criado para a sua conta. ${facts.expires === null ? 'Ele não expira.' : `Ele expira em ${facts.expires}.`}`,
        advice: 'Se não foi você, revogue-o agora e mude a sua senha.',
      };
    case 'token-revoked':
      return {
        subject: `Token de acesso revogado: ${facts.token}`,
        what:
          facts.why === 'found'
            ? `Alguém encontrou o seu token de acesso "${facts.token}" onde ele não deveria estar e o denunciou. Ele foi revogado imediatamente.`
            : `O seu token de acesso "${facts.token}" foi revogado.`,
        advice:
          facts.why === 'found'
            ? 'Veja para que ele foi usado e crie um novo onde ainda precisar.'
            : 'O que o usava não funciona mais.',
      };
    case 'role-changed':
      return {
        subject: `O seu papel em ${facts.organization}`,
        what:
          facts.role === null
            ? `Você não é mais membro de ${facts.organization}.`
            : `O seu papel em ${facts.organization} agora é "${facts.role}".`,
        advice: 'Fale com um administrador da organização se isto for inesperado.',
      };
  }
}
