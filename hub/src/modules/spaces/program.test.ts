// What a README may say about the program of a Space.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readConfiguration } from './configuration.ts';

const BASIC = { name: 'cpu-basic', title: 'CPU basic', cpus: 2, memoryBytes: 2 ** 34, processes: 1_024 };
const read = (metadata: Parameters<typeof readConfiguration>[0]) =>
  readConfiguration(metadata, { runsPrograms: true, hardware: [BASIC] });

void test('a program has the port and the file of its kind, unless its README says otherwise', () => {
  const gradio = read({ sdk: 'gradio' }).configuration;
  assert.equal(gradio?.appFile, 'app.py');
  assert.deepEqual(gradio?.program, {
    sdkVersion: null,
    pythonVersion: null,
    port: 7_860,
    startupSeconds: 1_800,
    preloads: [],
  });
  assert.equal(read({ sdk: 'streamlit' }).configuration?.program?.port, 8_501);
  const said = {
    sdk_version: '5.49.1',
    python_version: 3.11,
    app_port: 9_000,
    startup_duration_timeout: '1h',
  };
  assert.deepEqual(read({ sdk: 'gradio', ...said }).configuration?.program, {
    ...{ sdkVersion: '5.49.1', pythonVersion: '3.11', port: 9_000, startupSeconds: 3_600, preloads: [] },
  });
});

void test('what is wrong with a program keeps it from running, by the name of its key', () => {
  for (const [key, value] of [
    ['sdk_version', '5; rm -rf /'],
    ['sdk_version', ['5']],
    ['python_version', '2.7'],
    ['python_version', '3.11 --evil'],
    ['app_port', 80],
    ['app_port', '7860'],
    ['app_port', 70_000],
    ['app_port', 3_128],
    ['startup_duration_timeout', '2 days'],
    ['startup_duration_timeout', '0m'],
    ['startup_duration_timeout', '25h'],
    ['app_file', '../app.py'],
    ['preload_from_hub', ['a/b ../x']],
  ] as const) {
    const { configuration, problems } = read({ sdk: 'gradio', [key]: value });
    assert.equal(configuration, undefined, `${key}: ${JSON.stringify(value)}`);
    assert.deepEqual(
      problems.filter(({ fatal }) => fatal).map((problem) => problem.key),
      [key],
    );
  }
});

void test('what has no effect, and what nobody knows, is named and changes nothing', () => {
  const { configuration, problems } = read({
    ...{ sdk: 'gradio', models: 'a/b', suggested_hardware: 'a100-large' },
    ...{ sdk_versoin: '5', title: 'x' },
  });
  assert.ok(configuration);
  assert.deepEqual(problems.map(({ key }) => key).toSorted(), [
    ...['models', 'sdk_versoin', 'suggested_hardware'],
  ]);
  const used = read({ sdk: 'gradio', models: ['gpt2', 'a/b'] });
  assert.equal(used.configuration?.program?.preloads.length, 1);
  assert.deepEqual(
    used.problems.map(({ key, fatal }) => [key, fatal]),
    [['models', false]],
  );
});

void test('a container is refused in words, wherever programs run', () => {
  assert.match(read({ sdk: 'docker' }).problems[0]?.text ?? '', /builds no containers/);
  const { problems } = readConfiguration(
    { sdk: 'gradio' },
    { runsPrograms: false, whyNot: 'no sandbox', hardware: [] },
  );
  assert.match(problems[0]?.text ?? '', /sdk: gradio": no sandbox/);
});
