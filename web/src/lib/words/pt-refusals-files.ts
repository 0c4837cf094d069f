// What the hub refuses of files, uploads and requests, in European Portuguese, by the code of the refusal.
import { type FileRefusal } from './refusal-codes.ts';

/** The words of refusals of files, uploads and requests in Portuguese. */
export const ptFileRefusals: Readonly<Record<FileRefusal, string>> = {
  'ref.protected': 'Esse ramo está protegido: não pode ser eliminado nem substituído.',
  'ref.invalid': 'Esse nome não serve para um ramo ou uma etiqueta.',
  'revision.invalid': 'Isso não é o nome de um ramo, de uma etiqueta ou de um commit.',
  'revision.encoding': 'O endereço tem uma codificação com «%» que não se pode ler.',
  'entry.unnamed': 'O endereço não diz nenhum ficheiro: falta um caminho no fim.',
  'entry.twice': 'Um ficheiro é alterado mais de uma vez no mesmo commit.',
  'entry.too-many': 'O commit altera demasiados ficheiros. Faça vários.',
  'content.cursor-invalid': 'Esta ligação para dentro de uma lista já não serve. Recomece a lista.',
  'tree.cursor-invalid': 'Esta ligação para dentro de uma lista já não serve. Recomece a lista.',
  'content.patterns-too-long':
    'O ficheiro de padrões (.gitattributes ou .gitignore) é demasiado grande para ser lido.',
  'pattern.too-costly':
    'Os padrões do ficheiro (.gitattributes ou .gitignore) demoram demasiado a comparar. Use menos, ou mais simples.',
  'attributes.full':
    'O .gitattributes não pode ter mais uma linha para este ficheiro. Siga-o com um padrão, como «*.bin filter=lfs diff=lfs merge=lfs -text».',
  'card.invalid':
    'Os metadados do README.md não servem. Corrija o que está entre as duas linhas «---» do início.',
  'commit.lfs-object-missing':
    'Um ficheiro grande do commit nunca foi enviado para este repositório. Envie-o de novo.',
  'commit.lfs-size-differs': 'Um ficheiro grande do commit não tem o tamanho que se disse. Envie-o de novo.',
  'blob.missing': 'Este repositório não tem esse ficheiro.',
  'blob.size-differs': 'O ficheiro não tem o tamanho que se disse. Envie-o de novo.',
  'blob.digest-differs': 'O ficheiro não é aquele para que esta ligação serve. Comece de novo.',
  'link.invalid': 'Esta ligação não é deste hub, ou foi alterada.',
  'link.expired': 'Esta ligação já passou do prazo. Abra a página de novo.',
  'link.ended': 'A sessão ou o token de que veio esta ligação já não serve.',
  'link.unchecked': 'Neste momento não se sabe se esta ligação ainda serve. Tente de novo daqui a pouco.',
  'object.missing': 'O ficheiro não está guardado aqui.',
  'object.digest-mismatch': 'O que chegou não é o que foi anunciado. Envie o ficheiro de novo.',
  'object.size-mismatch': 'Chegaram mais ou menos bytes do que os anunciados. Envie o ficheiro de novo.',
  'object.too-large': 'O ficheiro é maior do que o que se aceita aqui.',
  'object.store-full': 'O servidor não tem mais espaço para envios. Quem o gere tem de o arranjar.',
  'parts.missing': 'Este envio não existe, ou já passou do prazo. Comece de novo.',
  'parts.busy': 'Outro pedido trabalha na mesma parte deste envio. Tente de novo daqui a pouco.',
  'parts.number': 'O envio não tem essa parte. Comece de novo.',
  'parts.incomplete': 'Falta uma parte do envio. Envie o ficheiro de novo.',
  'page.foreign-form':
    'Isto não foi enviado por uma página deste hub. Abra a página de novo e repita o que fez.',
  'page.no-small-text':
    'Isto não é um texto pequeno. Transfira o ficheiro e volte a enviá-lo depois de o alterar.',
  'request.body-too-large': 'O que foi enviado é maior do que o que se aceita aqui.',
  'request.body-malformed': 'O que foi enviado não se pode ler.',
  'request.body-too-slow': 'O que foi enviado veio demasiado devagar.',
  'request.busy': 'O hub está a receber tudo o que pode. Tente de novo daqui a segundos.',
  'request.invalid': 'O pedido não está certo. Abra a página de novo e repita.',
  'request.no-such-route': 'Não há nada neste endereço.',
  'request.rate-limited': 'São demasiados pedidos. Espere um pouco e tente de novo.',
  'request.sign-in-needed': 'Entre primeiro: isto não é para quem não entrou.',
  'instance.sealed':
    'Este hub foi reposto num estado mais antigo e não serve ninguém até o operador o ter visto.',
  'database.away': 'O hub não chega agora à sua base de dados. Tente de novo daqui a segundos.',
};
