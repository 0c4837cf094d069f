// In which language a file is written, by its name. Pure.

const BY_ENDING: Readonly<Record<string, string>> = {
  sh: 'bash',
  bash: 'bash',
  c: 'c',
  h: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  cu: 'cpp',
  hpp: 'cpp',
  css: 'css',
  diff: 'diff',
  patch: 'diff',
  go: 'go',
  ini: 'ini',
  toml: 'ini',
  cfg: 'ini',
  java: 'java',
  js: 'javascript',
  mjs: 'javascript',
  jsx: 'javascript',
  json: 'json',
  jsonl: 'json',
  ipynb: 'json',
  jl: 'julia',
  tex: 'latex',
  bib: 'latex',
  md: 'markdown',
  py: 'python',
  pyi: 'python',
  r: 'r',
  rs: 'rust',
  sql: 'sql',
  ts: 'typescript',
  tsx: 'typescript',
  html: 'xml',
  xml: 'xml',
  svg: 'xml',
  yaml: 'yaml',
  yml: 'yaml',
};

const BY_NAME: Readonly<Record<string, string>> = {
  dockerfile: 'dockerfile',
  makefile: 'makefile',
  'cmakelists.txt': 'cmake',
};

/** The language of a file; `undefined` where its name does not tell. */
export function languageOfFile(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const ending = name.slice(name.lastIndexOf('.') + 1);
  if (Object.hasOwn(BY_NAME, name)) return BY_NAME[name];
  return name.includes('.') && Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending] : undefined;
}

/** How a file is shown beside its text: by the browser alone, from a response that can act as nothing. */
export function pictureKind(path: string): 'picture' | 'sound' | undefined {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  if (['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif', 'bmp'].includes(ending)) return 'picture';
  return ['mp3', 'wav', 'flac', 'ogg', 'm4a', 'opus'].includes(ending) ? 'sound' : undefined;
}

/** Whether a file is Markdown. */
export function isMarkdown(path: string): boolean {
  return /\.(?:md|markdown)$/i.test(path);
}
