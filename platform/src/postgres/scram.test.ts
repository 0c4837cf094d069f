// SCRAM verifiers against what PostgreSQL itself stores.
import assert from 'node:assert/strict';
import test from 'node:test';
import { scramVerifier } from './scram.ts';

void test('scramVerifier() computes the verifier that PostgreSQL computes', () => {
  // The password, salt and iterations of RFC 7677's example exchange.
  assert.equal(
    scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')),
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

void test('scramVerifier() salts each call afresh', () => {
  assert.notEqual(scramVerifier('pencil'), scramVerifier('pencil'));
});
