// O que o hub e os seus outros programas dizem das aplicações, das construções, do cofre e do correio, em português europeu, pelo código da
// frase.
import { type ToldCode } from './told.ts';

/** As palavras dessas frases. */
export const ptTold: Readonly<Record<ToldCode, string>> = {
  'app.no-file': 'O Space não tem o ficheiro {file}.',
  'app.no-program': 'o ficheiro que o seu README indica não existe',
  'app.no-configuration': 'O Space não tem configuração.',
  'app.variables-too-long':
    'As variáveis do Space são mais do que o seu programa pode receber. Elimine algumas.',
  'app.not-written':
    'Não foi possível escrever os ficheiros do Space. Tenta-se de novo; o registo do hub, que quem o gere lê, diz porquê.',
  'app.taken-back':
    'O que corria antes foi terminado: pode ter tido um segredo que foi eliminado, e ainda nada o substitui.',
  'app.ended-too': 'O que corria antes também terminou: {why}.',
  'app.ended-again': 'A aplicação terminou: {why}. Arranca de novo daqui a {n} s.',
  'app.ended': 'A aplicação terminou: {why}.',
  'app.not-started-again': 'A aplicação não conseguiu arrancar: {why}. Arranca de novo daqui a {n} s.',
  'app.not-started': 'A aplicação não conseguiu arrancar: {why}.',
  'app.exited': 'saiu com o código {code}',
  'app.signal': 'foi terminada por {signal}',
  'app.memory': 'foi morta, muito provavelmente por usar mais memória do que tem',
  'app.late': 'não aceitou ligações na porta {port} em {n} s',
  'app.no-secrets': 'não recebeu os segredos: {why}',
  'app.replaced': 'algo nele falou em lugar do programa que este hub corre a seu lado',
  'app.door-ended': 'a sua porta para o exterior terminou',
  'app.door-not-opened': 'não foi possível abrir a sua porta para o exterior',
  'files.many': 'O Space tem mais de {n} ficheiros.',
  'files.large': 'Os ficheiros do Space têm mais de {size}.',
  'files.long-link': 'A ligação {path} é mais comprida do que um caminho pode ser.',
  'files.missing': 'O conteúdo de {path} nunca foi carregado.',
  'files.unwritable': 'Não é possível escrever os ficheiros do Space: {why}.',
  'files.outside': 'um caminho sai da sua pasta',
  'files.no-link': 'a ligação {path} aponta para o que não é um caminho',
  'files.long-path': 'Um caminho do Space é mais comprido do que um sistema de ficheiros aceita.',
  'preload.many': '«preload_from_hub» leva a mais de {n} ficheiros.',
  'preload.large': '«preload_from_hub» leva a mais de {size}.',
  'preload.missing': '«preload_from_hub»: o conteúdo de {path} nunca foi carregado.',
  'preload.no-file': '«preload_from_hub»: {repo} não tem o ficheiro {path} em {revision}.',
  'preload.no-repo':
    '«preload_from_hub»: não há {repo} com uma revisão {revision} que todos possam ler, ou quem enviou isto.',
  'files.store-full': 'O servidor não tem mais espaço para carregamentos.',
  'machine.runs-none': 'Esta máquina não corre aplicações: {why}',
  'machine.not-meant': 'a configuração diz que esta máquina não corre aplicações',
  'machine.no-sandbox': 'não se pode criar nenhuma sandbox nesta máquina: {all}',
  'machine.not-made': 'não foi possível criar a sandbox: {said}',
  'machine.not-linux': 'só o Linux consegue manter os processos separados como o Holdfast o faz',
  'machine.no-filter': 'esta máquina não aceita do Holdfast nenhum filtro de chamadas ao sistema',
  'machine.no-bubblewrap': 'o bubblewrap não está instalado (Debian: apt-get install bubblewrap)',
  'machine.no-setpriv': 'falta o programa setpriv (pacote util-linux do Debian)',
  'machine.no-limits-set': 'falta o setpriv ou o prlimit (Debian: apt-get install util-linux)',
  'machine.no-gvisor':
    'o gVisor, que a configuração pede, não está instalado (Debian: apt-get install runsc); spaces.runtime «bubblewrap» dispensa-o',
  'machine.bubblewrap-refused': 'o bubblewrap não consegue criar uma sandbox aqui: {said}',
  'machine.root-refused': 'root não consegue passar a outro utilizador aqui: {said}',
  'machine.no-calls': 'não há uma lista de chamadas ao sistema para {name}',
  'machine.no-groups':
    'não há nenhum grupo de controlo em que se pudessem limitar os Spaces, de modo que um deles podia esgotar a máquina. Arranque como root, ou deixe o systemd delegar um: systemd-run --user --scope -p Delegate=yes ./holdfast start, ou Delegate=yes na sua unidade',
  'build.failed': 'A construção falhou: {why}',
  'build.ended-early': 'a construção terminou antes de estar pronta.',
  'build.no-installer':
    'não foi possível obter do índice de pacotes o uv, que os instala. O índice tem-no, e responde?',
  'build.environment': 'não foi possível criar o ambiente.',
  'build.first-unresolved': 'o pre-requirements.txt não se resolve.',
  'build.first-not-installed': 'não foi possível instalar um pacote do pre-requirements.txt.',
  'build.unresolved':
    'os requisitos não se resolvem: nenhum conjunto de versões serve ao requirements.txt e ao SDK ao mesmo tempo.',
  'build.not-installed': 'não foi possível instalar um pacote.',
  'build.left-nothing': 'A construção não deixou nenhum ambiente.',
  'build.given-up': 'Desistiu-se da construção.',
  'build.door-ended':
    'A porta da construção para o exterior terminou antes dela. Arranque o Space de novo para o construir outra vez.',
  'build.late': 'A construção demorou mais de {why} e foi terminada.',
  'build.minutes': '{n} minutos',
  'build.seconds': '{n} segundos',
  'build.strained': 'A construção foi terminada. {why}',
  'build.large': 'A construção escreveu mais de {size} e foi terminada.',
  'build.files': 'A construção fez mais de {n} ficheiros e foi terminada.',
  'build.folder': 'A construção fez uma pasta que não se pode abrir, e foi terminada.',
  'build.no-space':
    'O disco desta máquina não tem mais espaço livre do que o que se guarda para a sua base de dados. Quem a gere pode arranjar espaço; depois, reinicie o Space.',
  'build.memory': 'Precisa de mais memória do que uma construção pode ter, que é {size}.',
  'build.processes':
    'Inicia mais processos e threads do que uma construção pode ter ao mesmo tempo, que são {n}.',
  'build.memory-and-processes':
    'Precisa de mais memória do que uma construção pode ter, que é {size}. Inicia mais processos e threads do que uma construção pode ter ao mesmo tempo, que são {n}.',
  'build.python':
    'A python_version {version} não existe aqui. Esta máquina tem {versions}: mude a python_version no README.md, ou tire-a.',
  'packages.late': 'Instalar o packages.txt demorou demasiado, e foi terminado.',
  'packages.strained': 'Não foi possível instalar os pacotes do packages.txt. {why}',
  'packages.not-installed': 'Não foi possível instalar os pacotes do packages.txt.',
  'packages.many': 'packages.txt: tem mais de {n} nomes',
  'packages.name': 'isto não é o nome de um pacote do Debian; um nome por linha, sem opções',
  'requirements.line': '{list}, linha {n} ({line}): {why}',
  'requirements.long-line': 'uma linha pode ter {n} caracteres, com as que a continuam',
  'requirements.no-file': '{list} não é um ficheiro',
  'requirements.large': '{list} tem mais de {n} KiB',
  'requirements.link': '{list} é uma ligação; tem de ser um ficheiro',
  'requirements.path':
    'não se pode instalar um caminho do repositório. Importe o código de onde está, ou ponha-o num pacote de um índice',
  'requirements.file':
    'não se pode instalar um caminho de um sistema de ficheiros. Ponha o código num pacote de um índice',
  'requirements.repository':
    'uma construção só chega a índices de pacotes, e não a repositórios de código. Indique uma versão publicada, ou peça a quem gere o hub um índice que tenha este pacote (spaces.indexes)',
  'requirements.address':
    'uma construção só chega a índices de pacotes, e não a outros endereços. Indique o pacote e a versão, ou peça a quem gere o hub um índice que o tenha (spaces.indexes)',
  'requirements.index':
    'as construções perguntam aos índices que quem gere o hub indicou, e a nenhuns outros: {indexes}. Tire a linha, ou peça que este seja acrescentado (spaces.indexes)',
  'requirements.editable': 'um pacote não pode ser instalado como editável: tire o «-e» e o caminho',
  'requirements.others': 'outros ficheiros não são lidos. Ponha aqui as suas linhas',
  'requirements.links':
    'os pacotes só vêm de um índice. Peça a quem gere o hub que acrescente um que os tenha (spaces.indexes)',
  'requirements.option': 'esta opção não se conhece aqui',
  'readme.no-sdk': 'Falta a configuração no README: «sdk» diz como o Space é servido',
  'readme.docker':
    'Este hub não constrói contentores: «sdk» tem de ser gradio, streamlit ou static, e não docker',
  'readme.no-programs-why': 'Este hub serve Spaces estáticos; não corre os que têm «sdk: {sdk}»: {why}',
  'readme.no-programs': 'Este hub serve Spaces estáticos; não corre os que têm «sdk: {sdk}»',
  'readme.app-file': '«app_file» tem de ser o caminho de um ficheiro do Space, como {file}',
  'readme.static': '{key} não tem efeito: um Space estático não corre nenhum programa',
  'readme.no-effect': '{key} não tem efeito neste hub',
  'readme.unknown': '{key} não significa nada para este hub',
  'readme.more-unknown': 'e mais {n} chaves não significam nada para este hub',
  'readme.more-wrong': 'e mais {n} valores estão errados',
  'readme.headers': '«custom_headers» tem de dar um valor a cada nome',
  'readme.header-closed': 'o cabeçalho {name} não pode ser definido: só {names}',
  'readme.header-value': 'o cabeçalho {name} tem de ser um de {values}',
  'readme.more-headers': 'e mais {n} cabeçalhos não podem ser definidos assim',
  'readme.version': '{key} tem de ser uma versão entre aspas, como {version}',
  'readme.door-port': '«app_port» não pode ser {n}: é lá a saída do Space',
  'readme.port': '«app_port» tem de ser um número de 1024 a 65535',
  'readme.startup': '«startup_duration_timeout» tem de ser um tempo de 24 horas no máximo, como 30m ou 1h',
  'readme.names': '{key} tem de ser uma lista de nomes',
  'readme.unclear-name':
    '{key} indica {path}, que não é posto lá antes: um repositório deste hub escreve-se «dono/nome»',
  'readme.late-name':
    '{key} indica {path}, que não é posto lá antes: são {n} repositórios no máximo, primeiro os de «preload_from_hub»',
  'readme.more-names': 'e mais {n} nomes não são postos lá antes',
  'readme.hardware': '«suggested_hardware» indica hardware que este hub não tem; tem {names}',
  'readme.preload':
    '«preload_from_hub» tem de ser uma lista de repositórios, cada um como «dono/nome», e a seguir, quando não se quer tudo, os ficheiros separados por vírgulas e uma revisão; {n} no máximo',
  'readme.licence': '«license»: {id} não é uma licença conhecida: {why}',
  'readme.licence-meant': 'queria dizer {meant}?',
  'readme.licence-other': 'use «other» com «license_name» para uma que não está na lista',
  'readme.list': '{key} tem de ser um texto curto ou uma lista deles; o resto é ignorado',
  'readme.language': '«language»: {code} não é um código de língua como «en» ou «pt-BR»',
  'readme.line': '{key} tem de ser uma linha de texto, de 256 caracteres no máximo',
  'readme.switch': '{key} tem de ser true ou false',
  'readme.one-of': '{key} tem de ser um de {values}',
  'vault.sealed':
    'O cofre está selado: `./holdfast vault unseal` abre-o. Até lá, os Spaces com segredos esperam.',
  'vault.passphrase-needed':
    'O cofre está selado até ter a sua frase-passe: `./holdfast vault unseal`. Até lá, os Spaces com segredos esperam.',
  'vault.passphrase-wrong':
    'O cofre está selado: a frase-passe que recebeu não é a da sua chave-raiz. `./holdfast vault unseal` pede a certa. Até lá, os Spaces com segredos esperam.',
  'vault.opening': 'O cofre está a ser aberto.',
  'vault.away': 'O cofre não está a correr: até lá, os Spaces com segredos esperam',
  'vault.restored':
    'A base de dados veio de uma cópia de segurança. Nada é entregue até quem gere o hub aceitar o que lhe falta: `./holdfast start --accept-loss`',
  'vault.keys-set-back':
    'O diário do cofre acaba em {n}, e o livro de registo sabe de {number}: as chaves foram repostas de antes. Reponha as de hoje, ou arranque uma vez com --accept-loss',
  'vault.ledger-short':
    'O livro de registo acaba antes do que o cofre fez: falta a sua entrada {n}, e {number} é a última. A base de dados foi reposta de antes, ou eliminaram-se entradas. Reponha uma mais recente, ou arranque uma vez com --accept-loss',
  'vault.key-outdated':
    'A chave-raiz (vault/root.key entre as chaves) não é aquela com que os cofres desta base de dados trabalham: foi rodada, começada de novo ou feita pela primeira vez noutro hub. Guarde este ficheiro com outro nome, ponha no seu lugar uma cópia do daquele hub e arranque de novo. Se não houver nenhum, `./holdfast start --accept-loss` continua com este, se ele abrir tudo o que está guardado',
  'vault.missing':
    'Falta a chave-raiz (vault/root.key entre as chaves). Os valores de todos os segredos perdem-se se não for reposta, e os códigos de segundos fatores não se podem verificar; nada mais se perde: repositórios, contas, tokens e o livro de registo não precisam dela. Reponha-a e arranque de novo; se está perdida de vez, `./holdfast vault begin-anew` diz o que se perde com ela',
  'mail.no-recipient': 'A conta não tem endereço ou está desativada, ou a inscrição já passou.',
  'mail.unreadable': 'O que está guardado desta mensagem não se consegue ler.',
  'mail.not-set-up': 'Não está configurado nenhum servidor de correio.',
  'mail.no-courier': 'o processo que entrega o correio não está lá neste momento',
  'mail.busy': 'pede-se demasiado ao mesmo tempo',
  'mail.host-unknown': 'o nome {host} de mail.host não se conhece; está bem escrito?',
  'mail.host-later': 'neste momento não se consegue procurar o nome {host}',
  'mail.nothing-listens':
    'nada escuta em {host}, porta {n}; o servidor de correio está a correr, e mail.port está certo?',
  'mail.no-answer': '{host}, porta {n}, não responde; há alguma firewall a impedi-lo?',
  'mail.no-way': 'não há caminho daqui para {host}',
  'mail.password': 'o servidor de correio não deixa entrar {user}; mail.user e a palavra-passe estão certos?',
  'mail.no-password':
    'o servidor de correio quer um utilizador e uma palavra-passe: defina mail.user e mail.passwordFile',
  'mail.no-tls':
    'o servidor de correio não oferece TLS, ou nenhum que se possa verificar; mail.security está certo?',
  'mail.tls': 'o TLS com o servidor de correio falhou; mail.security está certo, e o certificado é bom?',
  'mail.certificate': 'o certificado não serve: {said}',
  'mail.answered': '{known} ({n})',
};
