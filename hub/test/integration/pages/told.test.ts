// What the hub and its programs tell people in English is known to the pages in the forms in which it is told, and so is said in the
// reader's language: here the programs tell it, and the pages are asked for it in Portuguese.
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { describeFailure } from '@holdfast/courier/mail-failure';
import { storeFull } from '@holdfast/platform/objects/faults';
import { ptTold } from '@holdfast/kernel/told/pt-told';
import { TOLD, toldIn } from '@holdfast/kernel/told/told';
import { checkPackages, checkRequirements } from '@holdfast/runner/build/requirements';
import { NO_SPACE } from '@holdfast/runner/build/watch-bounds';
import { describeStrain } from '@holdfast/runner/build/strain';
import { explainFailure } from '@holdfast/runner/build/steps';
import { openRuntime } from '@holdfast/runner/sandbox/index';
import { AWAY } from '@holdfast/runner/secrets/vault-link';
import { BEHIND, CLOSED } from '@holdfast/vault/closed';
import { readConfiguration } from '../../../src/modules/spaces/configuration.ts';
import { FILES, PRELOADS } from '../../../src/modules/spaces/file-problems.ts';
import { stageOf } from '../../../src/modules/spaces/model.ts';
import { openProgramHub } from '../../harness/program-hub.ts';
import { ROOT } from '../../harness/program.ts';
import { PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

const HERE = {
  runsPrograms: true,
  hardware: [{ name: 'cpu-basic', title: 'CPU', cpus: 2, memoryBytes: 2 ** 34, processes: 1_000 }],
};

/** READMEs with everything that can be wrong with one. */
const READMES: readonly Parameters<typeof readConfiguration>[0][] = [
  ...[{}, { sdk: 'flask' }, { sdk: 'docker' }],
  { sdk: 'static', app_file: '../x', app_port: 1, pinned: true, hf_oauth: true, base_path: '/x' },
  { sdk: 'gradio', sdk_version: 5, python_version: '2.7', app_port: 3_128, startup_duration_timeout: 'long' },
  { sdk: 'gradio', app_port: 1, models: 7, suggested_hardware: 'a100', preload_from_hub: 7 },
  { sdk: 'gradio', models: ['gpt2', ...Array.from({ length: 60 }, (_, n) => `ann/model${n}`)] },
  { sdk: 'gradio', license: 'MIT', language: 'portuguese', tags: [{ a: 1 }], header: 'huge', title: 'a\nb' },
  { sdk: 'gradio', license: 'unheard-of', colorFrom: 'mauve', pinned: 'yes', emoji: 'x'.repeat(300) },
  { sdk: 'gradio', ...Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`key${n}`, 1])) },
  { sdk: 'static', language: Array.from({ length: 30 }, (_, n) => `language ${n}`) },
  { sdk: 'static', custom_headers: 7 },
  { sdk: 'static', custom_headers: { 'x-a': '1', 'cross-origin-opener-policy': 'open' } },
  {
    sdk: 'static',
    custom_headers: Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`x-${n}`, '1'])),
  },
];

const REQUIREMENTS = [
  ...['./here', 'file:///x', 'git+https://x.example/a', 'https://x.example/a.whl'],
  ...['--index-url https://x.example', '-e .', '-r other.txt', '--find-links x', '--strange'],
];

const SERVER = { host: 'mail.example', port: 25, security: 'starttls', user: 'hub', from: 'hub@example.org' };
const FAILURES = [
  ...['EDNS', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['EAUTH', 'ENOAUTH', 'ETLS'],
];

const LIMITS = [20, 20 * 2 ** 30] as const;
/** As hostile as a path gets. */
const PATH = 'a" has no file "b';
const PRELOAD = {
  ...({ type: 'model', namespace: 'ann', name: 'tiny.model' } as const),
  ...{ files: undefined, revision: 'main', optional: false },
};

/** Why a machine runs no programs, as the supervisor and the runner say it. */
const NO_PROGRAMS = [
  'the configuration says that this machine runs no apps',
  `no sandbox can be made on this machine: ${[
    'the program setpriv (Debian package util-linux) is missing',
    'bubblewrap is not installed (Debian: apt-get install bubblewrap)',
    'this machine takes no filter of system calls from Holdfast',
  ].join('; ')}`,
  'no sandbox can be made on this machine: only Linux can keep processes apart in the way Holdfast does',
];

/** What a runner finds that has no control groups. */
function tellNoGroups(): string {
  const options = { runtime: 'bubblewrap', cgroups: null, dangerouslyUnlimited: false };
  try {
    openRuntime({ ...options, places: [], dataFolder: '/', users: false } as never);
  } catch (error) {
    return `This machine runs no apps: ${(error as Error).message}`;
  }
  throw new Error('a runner without control groups made sandboxes');
}

function listFileProblems(): string[] {
  const [files, bytes] = LIMITS;
  return [
    ...[FILES.many(files), FILES.large(bytes), FILES.longLink(PATH), FILES.missing(PATH), FILES.longPath],
    ...['a path leads out of its folder', `the link ${JSON.stringify('/etc')} points to what is no path`].map(
      FILES.unwritable,
    ),
    ...[PRELOADS.many(files), PRELOADS.large(bytes), PRELOADS.missing(PATH)],
    ...[PRELOADS.noFile(PRELOAD, PATH), PRELOADS.noRepo({ ...PRELOAD, type: 'dataset' })],
  ];
}

function listTold(): string[] {
  const mails = ['starttls', 'tls'].flatMap((security) =>
    FAILURES.flatMap((code) =>
      [{ code }, { code, responseCode: 502 }].map((failure) =>
        describeFailure(failure, { ...SERVER, security } as never),
      ),
    ),
  );
  const checks = [
    checkRequirements('requirements.txt', REQUIREMENTS.join('\n'), ['https://pypi.org/simple']),
    checkRequirements('requirements.txt', 'x'.repeat(20_000), []),
    checkPackages('git\n--option'),
    checkPackages(Array.from({ length: 2_000 }, (_, n) => `package${n}`).join('\n')),
  ];
  const limits = { memoryBytes: 2 ** 33, processes: 1_024 };
  const stage = { paused: false, problems: [], appFile: { path: 'app.py', there: false } } as const;
  return [
    ...Object.values(CLOSED).filter((one) => one !== null),
    ...READMES.flatMap((readme) => readConfiguration(readme, HERE).problems.map(({ text }) => text)),
    ...[undefined, ...NO_PROGRAMS].flatMap((whyNot) =>
      readConfiguration(
        { sdk: 'gradio' },
        { ...HERE, runsPrograms: false, ...(whyNot !== undefined && { whyNot }) },
      ).problems.map(({ text }) => text),
    ),
    ...[tellNoGroups(), storeFull().message],
    ...[stageOf(stage), stageOf({ ...stage, appFile: undefined })].map(({ error }) => error ?? ''),
    ...checks.flatMap((checked) => (checked.kind === 'wrong' ? checked.problems : [])),
    ...[-1, 20, 21, 22, 23, 24, 25].map((code) => `The build failed: ${explainFailure(code, [])}`),
    ...([['memory'], ['processes'], ['memory', 'processes']] as const).map(
      (strain) => `The build was ended. ${describeStrain(strain, limits) ?? ''}`,
    ),
    ...[NO_SPACE, `The build was ended. ${NO_SPACE}`],
    ...mails,
    ...listFileProblems(),
    ...[AWAY, BEHIND.restored, BEHIND.keysSetBack({ end: 2, found: 3 })],
    BEHIND.ledgerShort({ recorded: 3, found: 2 }),
    BEHIND.keyOutdated,
  ];
}

void test('what the programs tell has words in the language of the page, whatever is wrong', () => {
  const told = listTold();
  assert.ok(told.length > 80, String(told.length));
  const english = told.filter((one) =>
    toldIn(ptTold, one)
      .flat()
      .some(({ isEnglish }) => isEnglish),
  );
  assert.deepEqual(english, []);
});

void test('each form is one that a program tells, word for word', async () => {
  const sources: string[] = [];
  for await (const file of glob('{hub,runner,vault,courier,platform,supervisor}/src/**/*.ts', { cwd: ROOT }))
    if (!file.endsWith('.test.ts')) sources.push(await readFile(path.join(ROOT, file), 'utf8'));
  // As it is told, wherever the lines of the code break.
  const all = sources.join('\n').replaceAll(/['`]\s*\+\s*['`]/g, '');
  const missing = Object.values(TOLD)
    .flatMap((form) => form.split(/\{\w+\}|(?<=[.;:?])\s/))
    .map((part) => part.replace(/;$/, '').trim())
    .filter((part) => part.length > 3 && !all.includes(part));
  assert.deepEqual(missing, []);
});

void test('the page of a Space tells in the language of its reader, and says what it leaves in English', async () => {
  await using opened = await openProgramHub({
    files: { 'README.md': '---\nsdk: gradio\npinned: true\n---\n', 'app.py': 'print(1)' },
  });
  const want = await opened.begin();
  await signInAs(opened.hub, 'ann2');
  const browser = new TestBrowser(opened.hub);
  await browser.signIn('ann2', PASSWORD);
  const shown = async (message: string, language = 'pt-PT'): Promise<string> => {
    opened.runner.status(want, 'RUNTIME_ERROR', { message });
    for (const until = Date.now() + 30_000; Date.now() < until; await delay(25))
      if ((await opened.ask('GET', '/runtime')).answer.errorMessage === message) break;
    return (await browser.open('/spaces/ann/demo', { 'accept-language': language })).body;
  };
  const exited = 'The app ended: it exited with code 1.';
  const page = await shown(exited);
  assert.match(page, /A aplicação terminou: saiu com o código 1\./);
  assert.match(page, /"pinned" não tem efeito neste hub/);
  assert.doesNotMatch(page, /exited with code|no effect/);
  assert.match(await shown(exited, 'en'), /The app ended: it exited with code 1\./);
  assert.match(
    await shown('<b>no words</b> for this'),
    /<span lang="en">&lt;b>no words&lt;\/b> for this<\/span>/,
  );
});

void test('words of a language have the slots of the form', () => {
  const slots = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted();
  for (const [code, form] of Object.entries(TOLD))
    assert.deepEqual(slots(ptTold[code as keyof typeof TOLD]), slots(form), code);
});
