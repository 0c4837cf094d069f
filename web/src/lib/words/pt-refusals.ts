// What the hub refuses, in European Portuguese, by the code of the refusal. Each that a page can meet has words: one that lacks them
// does not compile.
import { ptFileRefusals } from './pt-refusals-files.ts';
import { type PageRefusal } from './refusal-codes.ts';

/** The words of refusals in Portuguese. */
export const ptRefusals: Readonly<Record<PageRefusal, string>> = {
  ...ptFileRefusals,
  'account.forbidden':
    'Só quem administra este hub pode ver isso. As organizações que administra estão em «Conta».',
  'ledger.forbidden': 'Só quem administra este hub pode ver o livro de registo.',
  'ledger.proof-withheld':
    'A prova desta entrada contém o que dela não é mostrado. Quem administra este hub pode prová-la.',
  'ledger.entry-missing': 'O livro de registo não tem esta entrada, ou ela foi cortada entretanto.',
  'ledger.cursor-invalid': 'Esta ligação para dentro de uma lista já não serve. Comece a lista de novo.',
  'account.last-administrator': 'Mais ninguém que possa entrar administra este hub.',
  'repo.missing': 'Não há aqui esse repositório, ou não lhe cabe vê-lo.',
  'repo.gated': 'Os ficheiros deste repositório são dados a pedido.',
  'revision.missing': 'Este repositório não tem esse ramo, etiqueta ou commit.',
  'entry.missing': 'Não há nada neste caminho nesta revisão.',
  'revision.not-a-branch': 'Só se pode escrever em ramos: isto é uma etiqueta ou um commit.',
  'leak.token-in-text':
    'Há no texto um token deste hub. Nada foi alterado. Tire-o e revogue-o: quem viu o texto pode usá-lo.',
  'repo.copies-busy': 'Estão a ser copiados demasiados repositórios. Tente de novo quando um estiver pronto.',
  'repo.copy-overtaken': 'O histórico foi reescrito enquanto era copiado. Copie de novo.',
  'repo.cursor-invalid': 'Esta ligação para dentro de uma lista já não serve. Recomece a lista.',
  'sso.unreachable': 'O servidor do início de sessão único não responde. Tente de novo daqui a pouco.',
  'sso.denied':
    'O início de sessão foi cancelado, ou o servidor do início de sessão único não o deixa entrar aqui.',
  'sso.invalid': 'O que veio do servidor do início de sessão único não está certo. Comece de novo.',
  'sso.over':
    'O início de sessão demorou mais de dez minutos, já foi usado, ou começou noutro navegador. Comece de novo.',
  'sso.not-invited':
    'Nenhuma conta aqui é ainda sua. Abra o seu convite e entre com ele, ou entre com a palavra-passe e ligue o início de sessão único em “Conta”.',
  'sso.email-taken':
    'Uma conta aqui tem o seu endereço de correio. Se é sua, entre com a palavra-passe dela e ligue o início de sessão único em “Conta”.',
  'sso.email-missing':
    'O servidor do início de sessão único não diz o seu endereço de correio, e uma conta precisa de um.',
  'sso.taken': 'Este início de sessão pertence a outra conta, ou a sua conta tem outro.',
  'sso.only-way':
    'Sem o início de sessão único já não poderia entrar. Defina primeiro uma palavra-passe ou acrescente uma chave de acesso; onde só se entra pelo início de sessão único, peça ao operador.',
  'sso.unconnected': 'A sua conta não está ligada ao início de sessão único.',
  'sso.other': 'Quem iniciou sessão não é quem está aqui.',
  'application.unknown':
    'Não se conhece aqui nenhuma aplicação com esse nome. Pergunte a quem o enviou: a ligação não foi feita para este hub.',
  'application.redirect-mismatch':
    'A aplicação pede a resposta num endereço que nunca indicou. Nada foi enviado para lá. Pergunte a quem gere a aplicação.',
  'application.forbidden': 'As aplicações são geridas por quem as tem, com sessão iniciada.',
  'application.missing': 'Essa aplicação não existe.',
  'application.name-invalid':
    'Uma aplicação precisa de um nome de 1 a 60 caracteres, sem caracteres de controlo.',
  'application.redirect-invalid':
    'Isso não pode ser um endereço de volta. Escreva de 1 a 10: https, http desta mesma máquina, ou um esquema como com.example.app:/volta; sem fragmento, tal como um navegador o mostra.',
  'application.scopes-invalid': 'Uma aplicação pede pelo menos uma coisa, das que são oferecidas.',
  'application.full': 'Tem 50 aplicações. Elimine uma que ninguém use.',
  'sign-in.elsewhere': 'Aqui entra-se só com o início de sessão único. Use esse botão.',
  'sign-in.failed': 'O nome e a palavra-passe não condizem.',
  'sign-in.throttled':
    'Demasiadas tentativas em vão. Espere um quarto de hora, ou use um navegador em que já entrou antes, ou uma chave de acesso. Em vez de um código da aplicação aceita-se um código de recuperação.',
  'session.proof-failed': 'Não é essa a palavra-passe.',
  'session.half-missing': 'A prova demorou mais de dez minutos, ou começou noutra sessão. Comece de novo.',
  'sign-in.half-missing':
    'A entrada demorou mais de dez minutos, ou começou noutro lado. Comece de novo com a palavra-passe.',
  'second-factor.code-wrong':
    'Esse código não está certo, ou já foi usado. Espere pelo próximo; veja também se o relógio do aparelho está certo.',
  'second-factor.present': 'Já há um segundo fator. Remova-o antes de configurar outro.',
  'second-factor.vault-sealed':
    'Agora não se podem verificar códigos de segundos fatores: o cofre está selado. Um código de recuperação ou uma chave de acesso serve.',
  'second-factor.vault-away':
    'Agora não se podem verificar códigos de segundos fatores: o cofre não responde. Tente de novo; um código de recuperação ou uma chave de acesso serve.',
  'second-factor.vault-silent':
    'Perguntou-se ao cofre pelo código, e não disse se está certo. Tente o próximo; um código de recuperação ou uma chave de acesso serve.',
  'second-factor.lost':
    'Perdeu-se a chave com que se verificam os códigos do seu segundo fator. Entre com um código de recuperação ou uma chave de acesso, remova o segundo fator e configure-o de novo. Quem não tem nenhum dos dois peça a quem opera este hub.',
  'second-factor.missing': 'Não há nenhum segundo fator.',
  'org.policy-own-factor': 'Configure primeiro um segundo fator seu: sem ele ficaria de fora.',
  'device.missing': 'Nenhum programa espera com esse código. Serve durante um quarto de hora.',
  'invitation.missing':
    'Esse convite não existe, foi usado ou revogado, ou é demasiado antigo. Peça um novo.',
  'invitation.of-member': 'Já é membro desta organização. Quem a administra pode mudar a sua função.',
  'invitation.forbidden': 'Só quem administra este hub, ou a organização, pode convidar.',
  'passkey.refused': 'A chave de acesso não foi aceite. Abra a página de novo e repita.',
  'passkey.present': 'Essa chave já é conhecida, ou há vinte. Remova uma que não use.',
  'passkey.missing': 'Essa chave de acesso não existe.',
  'session.missing': 'Essa sessão não existe.',
  'account.password-weak':
    'Uma palavra-passe precisa de pelo menos 12 caracteres e não pode consistir no nome ou no endereço de correio. Use algumas palavras, ou um gestor de palavras-passe.',
  'account.proof-needed': 'Confirme primeiro a sua identidade: a última vez foi há mais de dez minutos.',
  'token.name-invalid': 'Um token precisa de um nome de 1 a 96 caracteres sem caracteres de controlo.',
  'token.expiry-invalid': 'Um token expira ao fim de 1 a 3650 dias.',
  'org.last-factor':
    'Ninguém administraria mais esta organização: ela pede um segundo fator, e mais ninguém que a administra tem um. Que um deles o configure primeiro, ou deixe entrar sem ele.',
  'org.last-owner':
    'Mais ninguém que possa entrar, com um segundo fator onde ela o pede, administra esta organização. Passe-a primeiro a um membro assim.',
  'repo.namespace-not-empty': 'Ainda há repositórios. Elimine-os ou passe-os para outro lado primeiro.',
  'account.fullname-invalid':
    'Um nome completo tem no máximo 96 caracteres, e nenhum que não se veja. Deixe-o vazio para não ter nenhum.',
  'account.name-taken': 'Esse nome está tomado, já foi usado, ou parece-se com um que está. Escolha outro.',
  'org.forbidden': 'Só quem administra a organização pode fazer isso.',
  'org.policy-invalid': 'Um token vive no máximo 1 a 3650 dias.',
  'token.addresses-invalid':
    'Um dos endereços não é nenhum. Escreva até 50 endereços ou redes, como 192.0.2.0/24 ou 2001:db8::/32.',
  'commit.stale': 'Entretanto alguém mudou este ramo. Abra a página de novo e repita.',
  'commit.parent-invalid': 'Falta o commit de que a página partiu. Abra-a de novo.',
  'commit.title-missing': 'O commit precisa de um resumo.',
  'commit.message-too-long': 'O resumo do commit é demasiado longo.',
  'commit.file-too-large': 'O ficheiro é demasiado grande para ir como texto. Envie-o.',
  'commit.too-many-operations': 'São demasiados ficheiros para um só commit. Envie-os em várias vezes.',
  'path.empty': 'O ficheiro precisa de um nome.',
  'path.absolute': 'O caminho não pode começar por «/».',
  'path.drive': 'O caminho começa por uma letra de unidade do Windows.',
  'path.segment': 'O caminho não pode ter «.» nem «..» como nome.',
  'path.slash': 'O caminho não pode ter «//» nem acabar em «/».',
  'path.control': 'O caminho tem caracteres de controlo.',
  'path.backslash': 'Use «/» entre nomes: «\\» quer dizer outra coisa no Windows.',
  'path.encoding': 'O caminho não é Unicode válido.',
  'path.git': 'O caminho tem um nome que o git guarda para si, como «.git».',
  'path.too-long': 'O caminho é demasiado longo: no máximo 4096 bytes, e 255 em cada nome.',
  'entry.is-file': 'Parte do caminho é um ficheiro, e não pode ser uma pasta.',
  'entry.is-folder': 'Nesse caminho há uma pasta.',
  'repo.exists': 'Já há um repositório com esse nome.',
  'repo.name-invalid':
    'Esse nome não serve: use 1 a 96 letras, algarismos, «-», «_» ou «.», a começar e a acabar por letra, algarismo ou «_».',
  'repo.name-redirects':
    'Esse nome leva a um repositório que mudou de sítio, e fica reservado para ele. Escolha outro.',
  'repo.namespace-forbidden': 'Não pode criar repositórios nessa conta ou organização.',
  'secret.static-space':
    'Um Space estático não tem segredos: corre no navegador de quem o abre, que os leria. O que não é segredo pode ser uma variável.',
  'secret.invalid':
    'O segredo não pode ser guardado assim. Veja o nome, o valor, os servidores e a data em que acaba.',
  'secret.too-many': 'O Space já tem todos os segredos que pode ter. Elimine um primeiro.',
  'secret.not-opened':
    'O cofre não conseguiu abrir o que a página selou: esteve aberta tempo demais, ou algo foi mudado pelo caminho. Abra-a de novo e volte a dar o valor.',
  'secret.taken-before': 'Este valor já tinha sido enviado. Dê-o de novo se o quer guardar outra vez.',
  'secret.no-such-space':
    'Não há nenhum Space com esse nome, nem foi eliminado nenhum que se chamasse assim. Escreva espaço-de-nomes/nome, ou o identificador no registo.',
  'secret.missing': 'O Space não tem nenhum segredo com esse nome.',
  'secret.vault-sealed': 'O cofre está selado: nada se guarda nem se entrega até o operador o abrir.',
  'secret.vault-failed': 'O cofre não o fez. Tente de novo.',
  'secret.no-vault': 'O cofre, que guarda os segredos, não está a correr. Volta por si; tente daqui a pouco.',
  'secret.vault-silent': 'O cofre não respondeu a tempo. Não se sabe se ficou feito: repita.',
  'secret.vault-unsure': 'Houve um erro no cofre. Não se sabe se ficou feito: repita.',
  'upload.missing': 'Este envio não existe, ou já passou do prazo. Comece de novo.',
  'upload.interrupted': 'O ficheiro foi removido enquanto era guardado. Envie-o de novo.',
  'upload.too-slow': 'O envio foi abandonado porque os bytes vinham demasiado devagar.',
  'upload.cut-off': 'A ligação acabou antes de virem todos os bytes.',
  'upload.too-many':
    'Este repositório tem demasiados envios por acabar. Acabe-os, ou espere que passem do prazo.',
  'token.missing': 'Esse token não existe.',
  'account.missing': 'Não há aqui nenhum utilizador nem organização com esse nome.',
  'account.name-invalid':
    'Esse nome não serve: use 1 a 96 letras, algarismos, «-», «_» ou «.», a começar e a acabar por letra ou algarismo, sem «--» nem «..», e sem acabar em «.git».',
  'account.name-reserved': 'Esse nome está reservado. Escolha outro.',
  'account.email-invalid': 'Isso não é um endereço de correio.',
  'account.email-taken': 'Outra conta tem esse endereço de correio.',
  'account.credentials-forbidden': 'Só o próprio utilizador, com a sessão iniciada, pode fazer isso.',
  'account.sign-up-closed': 'Este hub é para quem foi convidado.',
  'account.sign-up-limited':
    'Vieram demasiados pedidos de conta do seu endereço. Tente de novo daqui a uma hora.',
  'account.passwords-busy':
    'Há demasiadas pessoas a entrar neste momento. Tente de novo daqui a segundos, ou use um navegador em que já entrou antes.',
  'removal.rights-changing':
    'O que pode fazer está a ser mudado, e a base de dados esteve fora. Tente de novo daqui a pouco.',
  'removal.not-kept':
    'Isso não ficou feito: nem a base de dados nem o disco o puderam guardar. Tente de novo.',
  'org.member-missing': 'Essa pessoa não é membro da organização.',
  'mail.forbidden': 'Só quem administra este hub pode ver o correio que não foi enviado.',
  'secret.overview-forbidden': 'Só quem administra este hub pode ver que segredos têm todos os Spaces.',
  'space.traffic-forbidden':
    'Só quem administra este hub pode ver o que passa pelas portas de todos os Spaces.',
  'token.forbidden': 'Não lhe cabe gerir esse token.',
  'token.rejected': 'O token não serve: não existe, expirou ou foi revogado.',
  'token.reason-invalid': 'Um motivo tem no máximo 500 caracteres.',
  'token.scope-invalid':
    'Um dos âmbitos não se pode dar: não está bem escrito, ou diz respeito ao que não existe ou não lhe cabe. Veja os repositórios, os nomes e as permissões.',
  'device.full':
    'Demasiados programas esperam que os deixem entrar. Tente de novo daqui a um quarto de hora.',
  'repo.forbidden':
    'Não lhe cabe fazer isso neste repositório: peça a quem o administra, ou à sua organização.',
  'repo.sign-in-needed': 'Entre primeiro: este hub é para os seus utilizadores.',
  'repo.list-sign-in-needed': 'Entre primeiro: este hub é para os seus utilizadores.',
  'repo.names-forbidden': 'Só quem administra este hub pode ver como se chamam todos os repositórios.',
  'repo.namespace-missing': 'Não há nenhum utilizador nem organização com esse nome onde possa criar isto.',
  'repo.visibility-invalid': 'Só os Spaces podem ser protegidos.',
  'repo.licence-unknown': 'Não se pode pôr essa licença. Escolha outra, ou nenhuma.',
  'repo.option-unavailable': 'Este hub não oferece isso.',
  'space.variable-invalid':
    'A variável não pode ser guardada assim: o nome tem letras, algarismos e «_», não começa por algarismo, não é de um segredo nem do sistema, e o valor não é demasiado longo.',
  'space.variables-full': 'O Space já tem todas as variáveis que pode ter. Elimine uma primeiro.',
  'space.hardware-unavailable':
    'Este hub não tem máquinas para correr Spaces: só serve os estáticos, que correm no navegador de quem os abre.',
  'space.hardware-unknown': 'Este hub não tem essa máquina. Escolha uma das que mostra.',
  'space.no-door': 'Não há nenhum Space assim que execute um programa.',
  'space.egress-invalid':
    'O Space não pode sair assim: escreva só nomes de servidores, em minúsculas e um por linha, e não demasiados.',
  'space.followers-full':
    'Demasiadas pessoas seguem registos de Spaces neste momento. Feche um que tenha aberto, ou volte mais tarde.',
  'quota.exceeded':
    'Não há quota para isso: o que já está guardado e o que ia ser guardado passam do limite. Elimine ficheiros, ou peça mais a quem administra o hub.',
};
