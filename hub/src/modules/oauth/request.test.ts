// What an application asks for, what its scopes open, and who may show a code.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { answersChallenge, digestText, isSecret, mintText } from './model.ts';
import { parseRequest } from './request.ts';
import { grantOf, parseScopes, SCOPES } from './scopes.ts';

const CHALLENGE = 'a'.repeat(43);
const GOOD = {
  response_type: 'code',
  scope: 'openid',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

function errorOf(fields: Readonly<Record<string, string>>, isPublic = true): string | undefined {
  const query = new URLSearchParams(
    Object.entries({ ...GOOD, ...fields }).filter(([, value]) => value !== '-'),
  );
  const parsed = parseRequest(query, { scopes: ['openid', 'email'], isPublic });
  return 'error' in parsed ? parsed.error : undefined;
}

void test('parseRequest() takes codes with a challenge, and says what is wrong with the rest', () => {
  assert.equal(errorOf({}), undefined);
  assert.equal(errorOf({ code_challenge: '-', code_challenge_method: '-' }, false), undefined);
  assert.equal(errorOf({ response_type: '-' }), 'invalid_request');
  assert.equal(errorOf({ response_type: 'token' }), 'unsupported_response_type');
  assert.equal(errorOf({ response_mode: 'fragment' }), 'invalid_request');
  assert.equal(errorOf({ request: 'x' }), 'request_not_supported');
  assert.equal(errorOf({ request_uri: 'https://x.example' }), 'request_uri_not_supported');
  assert.equal(errorOf({ code_challenge: '-', code_challenge_method: '-' }), 'invalid_request');
  assert.equal(errorOf({ code_challenge_method: 'plain' }), 'invalid_request');
  assert.equal(errorOf({ code_challenge_method: '-' }, false), 'invalid_request');
  assert.equal(errorOf({ code_challenge: 'short' }), 'invalid_request');
  assert.equal(errorOf({ scope: 'openid inference-api' }), 'invalid_scope');
  assert.equal(errorOf({ scope: 'openid write-repos' }), 'invalid_scope');
  assert.equal(errorOf({ scope: '-' }), 'invalid_scope');
  assert.equal(errorOf({ prompt: 'none login' }), 'invalid_request');
  assert.equal(errorOf({ max_age: '-1' }), 'invalid_request');
  assert.equal(errorOf({ nonce: 'n'.repeat(2001) }), 'invalid_request');
  const twice = parseRequest(new URLSearchParams([...Object.entries(GOOD), ['scope', 'email']]), {
    ...{ scopes: SCOPES, isPublic: true },
  });
  assert.equal('error' in twice && twice.error, 'invalid_request');
});

void test('grantOf() opens no more than scopes say, and never a classic grant', () => {
  const places = [{ type: 'user', id: '1'.repeat(24) as Id, name: 'ada' }] as const;
  const nothing = grantOf(['openid', 'profile', 'email', 'read-memberships'], places);
  assert.deepEqual(nothing, { role: 'fineGrained', scoped: [], global: [], canReadGatedRepos: false });
  const permissionsOf = (text: string): readonly string[] => {
    const grant = grantOf(parseScopes(text) ?? [], places);
    return grant.role === 'fineGrained' ? (grant.scoped[0]?.permissions ?? []) : ['everything'];
  };
  assert.deepEqual(permissionsOf('read-repos'), ['repo.content.read']);
  assert.deepEqual(permissionsOf('write-repos'), ['repo.content.read', 'repo.write']);
  assert.deepEqual(permissionsOf('gated-repos'), []);
  assert.equal(parseScopes('openid unknown'), undefined);
  assert.deepEqual(parseScopes(' profile  openid openid '), ['openid', 'profile']);
});

void test('answersChallenge() and isSecret() take what belongs to what was kept', () => {
  const verifier = 'v'.repeat(43);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  assert.ok(answersChallenge(challenge, verifier));
  for (const other of [undefined, '', 'w'.repeat(43), challenge, 'v'.repeat(42)])
    assert.ok(!answersChallenge(challenge, other), String(other));
  assert.ok(answersChallenge('', undefined));
  assert.ok(!answersChallenge('', verifier), 'a challenge was taken out of the request');
  const secret = mintText();
  const digest = digestText('secret', secret);
  assert.ok(digest !== undefined && isSecret(digest, secret));
  assert.ok(!isSecret(digest, mintText()) && !isSecret(digest, '') && !isSecret(digest, digest));
  assert.notEqual(digestText('code', secret), digestText('refresh', secret));
});
