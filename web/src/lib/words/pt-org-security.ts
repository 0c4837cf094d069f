// What the security centre says to who administers an organisation, in Portuguese.
import { type enOrgSecurity } from './en-org-security.ts';

/** The words of an organisation's part of the security centre. */
export const ptOrgSecurity: typeof enOrgSecurity = {
  title: 'Organizações',
  lead: 'As organizações que administra. Cada uma tem salas próprias, só com o que lhe diz respeito.',
  places: {
    overview: 'Visão geral',
    members: 'Membros',
    tokens: 'Tokens',
    ledger: 'Livro de registo',
    secrets: 'Segredos',
    doors: 'Portas',
  },
  overview: {
    title: 'Segurança de {name}',
    lead: 'O que diz respeito a {name}, e a mais ninguém. Cofre, notário, correio e os utilizadores deste hub são dos seus administradores.',
    members: 'membros',
    owners: 'administram-na',
    withoutFactor: 'sem segundo fator',
    more: 'ou mais',
    tokens: 'Os tokens que a alcançam, e o que lhes pede',
    policy: 'O que pede aos seus membros',
    page: 'Repositórios',
  },
  members: {
    title: 'Membros',
    lead: 'Quem pertence a {name}, com o segundo fator e a última entrada na conta. Papéis e convites estão na página dela.',
    settings: 'Papéis e convites',
    member: 'Membro',
    role: 'Papel',
    since: 'Desde',
    disabled: 'desativado',
    remove: 'Remover',
    removeHint:
      'As suas sessões e tokens deixam de alcançar a organização dentro de um segundo. O que fez fica. A pessoa é avisada por correio.',
    removed: 'Já não pertence à organização.',
    own: 'É a sua própria conta.',
  },
  secrets: {
    lead: 'Que segredos têm os Spaces de {name}, e como cada um é entregue. Ninguém volta a ler um valor.',
    none: 'Nenhum Space desta página tem um segredo.',
  },
  doors: { none: 'Nenhum Space desta página executa um programa.' },
  ledger: {
    lead: 'O que foi feito a {name}, a um dos seus repositórios ou a um segredo dos seus Spaces, o mais novo primeiro. Endereços, só os dos seus membros.',
    subject: 'A quê',
    subjectHint:
      'nada para a própria organização; {name}/…, datasets/{name}/…, spaces/{name}/…; secret:…, token:…',
    unknown: 'De {name} não há nada com esse nome.',
    noneYet: 'Nenhuma entre as entradas vistas para esta página; siga para as anteriores.',
    itself: 'a organização',
    withheld:
      'Uma prova contém o registo inteiro, e parte deste não é mostrada aqui: por onde alguém veio, um valor pessoal, ou a contagem do cofre. Os administradores deste hub podem prová-lo.',
  },
};
