// What is lost with a root key, in pieces that fit into frames.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_FRAME } from '@holdfast/platform/channel';
import { piecesOf } from './begin-anew.ts';

void test('piecesOf() cuts very many names into pieces of which each fits into a frame, and leaves none out', () => {
  const spaces = Array.from({ length: 400 }, (_, n) => ({
    space: n.toString(16).padStart(24, '0'),
    secrets: Array.from({ length: 100 }, (__, name) => `${'N'.repeat(120)}${name}`),
  }));
  const seeds = Array.from({ length: 40_000 }, (_, n) => n.toString(16).padStart(24, '0'));
  const pieces = piecesOf({ spaces, seeds });
  assert.ok(pieces.length > 10);
  for (const piece of pieces) assert.ok(JSON.stringify({ type: 'losses', ...piece }).length <= MAX_FRAME);
  assert.deepEqual(
    pieces.flatMap((piece) => piece.spaces),
    spaces,
  );
  assert.deepEqual(
    pieces.flatMap((piece) => piece.seeds),
    seeds,
  );
  assert.deepEqual(
    pieces.map(({ more }) => more),
    pieces.map((_, n) => n < pieces.length - 1),
  );
});

void test('piecesOf() gives one piece where nothing is lost', () => {
  assert.deepEqual(piecesOf({ spaces: [], seeds: [] }), [{ spaces: [], seeds: [], more: false }]);
});
