// One download for each caller and repository in five minutes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { DownloadCounter } from './download-counter.ts';

const [a, b] = ['a', 'b'].map((letter) => letter.repeat(24) as Id) as [Id, Id];

void test('note() counts a caller once for each repository and window', () => {
  const noted: string[] = [];
  let now = 0;
  const deps = {
    clock: { now: () => new Date(now) },
    downloads: { note: (id: Id) => void noted.push(`${id[0]}@${now / 60_000}`) },
  };
  const counter = new DownloadCounter();
  for (const minute of [0, 1, 4, 5, 9, 10]) {
    now = minute * 60_000;
    counter.note(deps, 'ada', a);
  }
  assert.deepEqual(noted, ['a@0', 'a@5', 'a@10']);
  counter.note(deps, 'bob', a);
  counter.note(deps, 'ada', b);
  counter.note(deps, 'ada', b);
  assert.deepEqual(noted.slice(3), ['a@10', 'b@10']);
});
