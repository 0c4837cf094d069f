// What a Space's build and app wrote last.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_FRAME } from '@holdfast/platform/channel';
import { type FromRunner } from '../frames.ts';
import { LogLines } from './log-lines.ts';
import { SpaceLog } from './space-log.ts';

type LogFrame = Extract<FromRunner, { type: 'log' }>;

const line = (text: string) => ({ at: '1970-01-01T00:00:00.000Z', text });

void test('SpaceLog sends what comes, and keeps the last of it for a hub that has just started', () => {
  const sent: LogFrame[] = [];
  const log = new SpaceLog('space', (frame) => sent.push(frame));
  const take = log.begin('run');
  for (let n = 0; n < 600; n += 1) take([line(String(n))]);
  assert.deepEqual(
    [sent.length, sent[0]?.fresh, sent[1]?.fresh, sent[1]?.lines[0]?.text],
    [601, true, false, '0'],
  );
  sent.length = 0;
  log.again();
  const ofRun = sent.filter(({ kind }) => kind === 'run').flatMap(({ lines }) => lines);
  assert.deepEqual([ofRun.length, ofRun[0]?.text, ofRun.at(-1)?.text], [500, '100', '599']);
});

void test('SpaceLog keeps no more than a bounded text, and cuts frames that a channel can take', () => {
  const sent: LogFrame[] = [];
  const log = new SpaceLog('space', (frame) => sent.push(frame));
  const take = log.begin('build');
  for (let n = 0; n < 100; n += 1) take([line('x'.repeat(8_000))]);
  sent.length = 0;
  log.again();
  const size = (frame: LogFrame): number => frame.lines.reduce((sum, { text }) => sum + text.length, 0);
  assert.ok(sent.every((frame) => size(frame) <= 200_000));
  assert.ok(sent.reduce((sum, frame) => sum + size(frame), 0) <= 256 * 1024);
});

void test('a log of control characters fits into the frames of a channel', () => {
  const frames: LogFrame[] = [];
  const log = new SpaceLog('space', (frame) => frames.push(frame));
  const lines = new LogLines(log.begin('run'));
  for (let n = 0; n < 399; n += 1) lines.say('\0\u001b"'.repeat(2_600));
  lines[Symbol.dispose]();
  assert.ok(frames.every((frame) => JSON.stringify(frame).length < MAX_FRAME));
  assert.ok(frames.length > 2);
});

void test('SpaceLog drops what comes of a run that another has followed', () => {
  const sent: LogFrame[] = [];
  const log = new SpaceLog('space', (frame) => sent.push(frame));
  const before = log.begin('run');
  log.begin('run');
  before([line('late')]);
  assert.ok(!sent.some(({ lines }) => lines.length > 0));
});
