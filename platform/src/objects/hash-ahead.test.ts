// A running digest counts only for the bytes it was made of.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sha256 } from '@holdfast/kernel/digest';
import { HashAhead } from './hash-ahead.ts';
import { parseMarker, type Marker } from './part-markers.ts';

const markersOf = (...names: string[]): Marker[] =>
  names.map(parseMarker).filter((marker) => marker !== undefined);

function feed(ahead: HashAhead, number: number, part: { text: string; etag: string }): void {
  const step = ahead.next('u', number);
  if (step === undefined) return;
  step.hash.update(part.text);
  ahead.record('u', step, part.etag);
}

void test('HashAhead digests parts that come in order', () => {
  const ahead = new HashAhead();
  feed(ahead, 1, { text: 'one', etag: 'a1' });
  feed(ahead, 2, { text: 'two', etag: 'b2' });
  const trusted = ahead.trusted('u', markersOf('part-1-a1', 'part-2-b2'));
  assert.equal(trusted?.before.length, 2);
  assert.equal(trusted?.hash.digest('hex'), sha256('onetwo'));
});

void test('HashAhead skips a part that comes too early', () => {
  const ahead = new HashAhead();
  feed(ahead, 1, { text: 'one', etag: 'a1' });
  assert.equal(ahead.next('u', 3), undefined);
  assert.equal(ahead.next('other', 2), undefined);
});

void test('HashAhead trusts nothing once a part it covers was written again', () => {
  const ahead = new HashAhead();
  feed(ahead, 1, { text: 'good', etag: 'a1' });
  assert.equal(ahead.trusted('u', markersOf('part-1-c3')), undefined);
  assert.equal(ahead.trusted('u', markersOf('writing-1-0f-hub')), undefined);
});

void test('HashAhead does not mix a part written again meanwhile into the digest of the part after it', () => {
  const ahead = new HashAhead();
  feed(ahead, 1, { text: 'good', etag: 'a1' });
  const second = ahead.next('u', 2);
  feed(ahead, 1, { text: 'evil', etag: 'e1' });
  assert.ok(second);
  second.hash.update('two');
  ahead.record('u', second, 'b2');
  assert.equal(ahead.trusted('u', markersOf('part-1-e1', 'part-2-b2')), undefined);
});

void test('HashAhead forgets an upload, and the oldest of too many', () => {
  const ahead = new HashAhead();
  feed(ahead, 1, { text: 'one', etag: 'a1' });
  for (let index = 0; index < 256; index += 1) {
    const step = ahead.next(`v${index}`, 1);
    assert.ok(step);
    ahead.record(`v${index}`, step, 'a1');
  }
  assert.equal(ahead.trusted('u', markersOf('part-1-a1')), undefined);
  assert.ok(ahead.trusted('v255', markersOf('part-1-a1')));
  ahead.forget('v255');
  assert.equal(ahead.trusted('v255', markersOf('part-1-a1')), undefined);
});
