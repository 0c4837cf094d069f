// What an app finds in its environment.
import assert from 'node:assert/strict';
import test from 'node:test';
import { commandOf, environmentOf } from './environment.ts';

const APP = {
  sdk: 'gradio',
  sdkVersion: null,
  pythonVersion: null,
  file: 'src/app.py',
  port: 7_860,
  startupSeconds: 60,
  preloaded: [] as string[],
} as const;

void test('environmentOf() puts what people set over what is set for every app', () => {
  const variables = [
    { name: 'GRADIO_THEME', value: 'mine' },
    { name: 'MODEL', value: 'a=b\nc' },
  ];
  const env = environmentOf({ app: APP, variables });
  assert.equal(env['GRADIO_THEME'], 'mine');
  assert.equal(env['MODEL'], 'a=b\nc');
  assert.equal(env['GRADIO_SERVER_PORT'], '7860');
  assert.equal(
    environmentOf({ app: { ...APP, sdk: 'streamlit' }, variables: [] })['GRADIO_THEME'],
    undefined,
  );
});

void test('commandOf() starts the file of the app in its own folder', () => {
  assert.deepEqual(commandOf(APP), ['/opt/env/bin/python', '/home/user/app/src/app.py']);
  assert.ok(commandOf({ ...APP, sdk: 'streamlit', port: 8_501 }).includes('8501'));
});
