// Mails in Portuguese. Pure.
import { type Said } from './compose.ts';
import { type MailFacts } from './model.ts';
import { oneLine } from './one-line.ts';
import { programName } from './program-name.ts';

type Facts<Kind extends MailFacts['kind']> = Extract<MailFacts, { kind: Kind }>;

/** What a mail says. */
export function sayInPortuguese(facts: MailFacts): Said {
  switch (facts.kind) {
    case 'signed-in':
      return signedIn(facts);
    case 'token-issued':
      return {
        subject: `Novo token de acesso: ${facts.token}`,
        what: `Um token de acesso chamado "${facts.token}" foi criado para a sua conta. ${facts.expires === null ? 'Não expira.' : `Expira em ${facts.expires}.`}`,
        advice: 'Se não foi uma ação sua, revogue-o agora e mude a sua palavra-passe.',
      };
    case 'token-revoked':
      return { subject: `Token de acesso revogado: ${facts.token}`, ...revoked(facts) };
    case 'token-used':
      return {
        subject: `Token de acesso usado a partir de uma nova rede: ${facts.token}`,
        what: `O seu token de acesso "${facts.token}" foi usado ${placeOf(facts)}.`,
        advice: 'Se não conhece esse lugar, revogue o token e crie um novo.',
      };
    case 'token-pushed':
      return pushed(facts);
    case 'application-authorized':
      return authorized(facts);
    case 'token-reach':
      return reachChanged(facts);
    case 'secret-echoed':
      return echoed(facts);
    case 'role-changed':
      return roleChanged(facts);
    case 'administrator-changed':
      return administratorChanged(facts);
    case 'sign-up':
      return signUp();
    case 'sign-up-tried':
      return signUpTried(facts);
  }
}

function signedIn(facts: Facts<'signed-in'>): Said {
  return {
    subject: 'Início de sessão a partir de um lugar novo',
    what: `Alguém iniciou sessão na sua conta ${placeOf(facts)}.`,
    advice:
      'Se foi uma ação sua, não precisa de fazer nada. Se não foi, mude a sua palavra-passe: isso termina todas as sessões.',
  };
}

function signUp(): Said {
  return {
    subject: 'A sua conta',
    what: 'Alguém, provavelmente quem lê esta mensagem, pediu uma conta com este endereço de correio. Escolha um nome e uma palavra-passe na ligação abaixo. Serve durante um dia, e uma só vez.',
    advice: 'Se não fez este pedido, não precisa de fazer nada: sem a ligação não haverá conta nenhuma.',
  };
}

function signUpTried(facts: Facts<'sign-up-tried'>): Said {
  return {
    subject: 'Alguém tentou criar uma conta com o seu endereço',
    what: `Alguém pediu, ${placeOf(facts)}, uma conta com este endereço de correio, que já tem uma. Não lhe foi dito que a tem.`,
    advice: 'Se foi um pedido seu, entre na conta que já tem. Se não foi, não precisa de fazer nada.',
  };
}

function pushed(facts: Facts<'token-pushed'>): Said {
  return {
    subject: `Outra pessoa tem o seu token de acesso: ${facts.token}`,
    what: `Outra pessoa ia publicar um texto que contém o seu token de acesso "${facts.token}". O hub recusou o texto; quem o enviou tem o token.`,
    advice: 'Revogue-o agora, veja para que foi usado e crie um novo onde ainda precisar.',
  };
}

function echoed({ secret, space, host: said }: Facts<'secret-echoed'>): Said {
  // A door said it, which somebody may have taken over.
  const host = oneLine(said);
  return {
    subject: `Troque o segredo ${secret} de ${space}`,
    what: `Uma resposta de ${host} à aplicação de ${space} continha o valor do segredo ${secret}. A aplicação não devia tê-lo, e agora tem-no.`,
    advice: `Peça uma chave nova a ${host} ou a quem emitiu a chave, defina-a como segredo e revogue a antiga.`,
  };
}

function authorized({ application }: Facts<'application-authorized'>): Said {
  return {
    subject: `Deixou entrar uma aplicação: ${application}`,
    what: `A aplicação "${application}" pode, a partir de agora, agir em nome da sua conta, até onde permitiu.`,
    advice:
      'Se não foi você, revogue-a já e mude a palavra-passe: isso termina todas as sessões e o que foi dado a aplicações.',
  };
}

function reachChanged(facts: Facts<'token-reach'>): Said {
  return {
    subject: `Token de acesso e ${facts.organization}: ${facts.token}`,
    what:
      facts.state === 'approved'
        ? `O seu token de acesso "${facts.token}" foi aprovado para ${facts.organization}.`
        : `O seu token de acesso "${facts.token}" já não chega a ${facts.organization}: foi o que decidiu quem administra a organização.`,
    advice: 'Fale com um administrador da organização se isto for inesperado.',
  };
}

function roleChanged(facts: Facts<'role-changed'>): Said {
  return {
    subject: `O seu papel em ${facts.organization}`,
    what:
      facts.role === null
        ? `Já não é membro de ${facts.organization}.`
        : `O seu papel em ${facts.organization} é agora "${facts.role}".`,
    advice: 'Fale com um administrador da organização se isto for inesperado.',
  };
}

function administratorChanged({ administrator }: Facts<'administrator-changed'>): Said {
  return {
    subject: administrator ? 'Passou a administrar este hub' : 'Deixou de administrar este hub',
    what: administrator
      ? 'Passou a ser administrador deste hub. Todas as suas sessões terminaram: inicie sessão de novo.'
      : 'Deixou de ser administrador deste hub. Todas as suas sessões terminaram: inicie sessão de novo.',
    advice: 'Fale com quem opera o hub se isto for inesperado.',
  };
}

function placeOf({ address, client, at }: Facts<'signed-in' | 'token-used' | 'sign-up-tried'>): string {
  const program = programName(client) ?? 'um programa desconhecido';
  const [year = '', month = '', day = ''] = at.slice(0, 10).split('-');
  return `a partir de ${address} com ${program} em ${day}/${month}/${year} às ${at.slice(11, 16)} UTC`;
}

function revoked({ token, why, reason }: Facts<'token-revoked'>): Pick<Said, 'what' | 'advice'> {
  if (why === 'found')
    return {
      what: `Alguém encontrou o seu token de acesso "${token}" onde não deveria estar e denunciou-o. Foi revogado imediatamente.`,
      advice: 'Veja para que foi usado e crie um novo onde ainda precisar.',
    };
  const what =
    why === 'operator'
      ? `Quem opera este hub revogou o seu token de acesso "${token}".`
      : `O seu token de acesso "${token}" foi revogado com a sua conta.`;
  return {
    what: `${what}${reasonOf(reason)}`,
    advice: 'O que o usava já não funciona. Se não esperava por isto, fale com quem opera o hub.',
  };
}

function reasonOf(reason: string | undefined): string {
  return reason === undefined ? '' : ` O motivo indicado: "${oneLine(reason)}".`;
}
