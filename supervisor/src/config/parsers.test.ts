// What each variable accepts and what it says when it does not.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  parseChoice,
  parseDatabaseUrl,
  parseHostName,
  parseListenAddress,
  parseNetworks,
  parseOrigin,
  parsePort,
} from './parsers.ts';

void test('parsePort() takes 0 to 65535 and no other spelling of a number', () => {
  assert.equal(parsePort('0'), 0);
  assert.equal(parsePort('65535'), 65535);
  for (const text of ['65536', '-1', '80.0', '0x50', ' 80', '1e3', ''])
    assert.throws(() => parsePort(text), text);
});

void test('parseListenAddress() takes literal addresses, so that no resolver decides where to listen', () => {
  assert.equal(parseListenAddress('localhost'), '127.0.0.1');
  assert.equal(parseListenAddress('[::1]'), '::1');
  assert.equal(parseListenAddress('0.0.0.0'), '0.0.0.0');
  for (const text of ['example.org', '127.1', '*', '127.0.0.1:80'])
    assert.throws(() => parseListenAddress(text), /is not an IP address/, text);
});

void test('parseOrigin() takes scheme, host and port and nothing else', () => {
  assert.equal(parseOrigin('https://Hub.Example.org/'), 'https://hub.example.org');
  assert.equal(parseOrigin('http://hub:8080'), 'http://hub:8080');
  for (const text of [
    'hub.example.org',
    'ftp://a',
    'https://a/hub',
    'https://a?x',
    'https://user@a',
    'https://a#b',
  ])
    assert.throws(() => parseOrigin(text), text);
});

void test('parseHostName() lowers and refuses what is no host name', () => {
  assert.equal(parseHostName('Spaces.Example.org'), 'spaces.example.org');
  for (const text of ['a..b', '-a', 'a-', 'a_b', 'a:80', '*.a', 'a.'.repeat(140)])
    assert.throws(() => parseHostName(text), text);
});

void test('parseNetworks() takes addresses and networks of both families', () => {
  assert.deepEqual(parseNetworks('10.0.0.0/8, ::1 ,fd00::/8'), ['10.0.0.0/8', '::1', 'fd00::/8']);
  assert.deepEqual(parseNetworks(''), []);
  for (const text of ['proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', '10.0.0.0/-1'])
    assert.throws(() => parseNetworks(text), text);
});

void test('parseChoice() names the words that may be', () => {
  const parse = parseChoice('signed-in', 'anonymous');
  assert.equal(parse('anonymous'), 'anonymous');
  assert.throws(() => parse('public'), /is public, and may be signed-in or anonymous/);
});

void test('parseDatabaseUrl() never repeats what may hold a password', () => {
  const url = 'postgres://user:secret@host/db';
  assert.equal(parseDatabaseUrl(url), url);
  for (const text of [
    'mysql://user:secret@host/db',
    'postgres://user:secret@host',
    'postgres://host/secret',
    'secret',
  ])
    assert.throws(
      () => parseDatabaseUrl(text),
      (error: Error) => !error.message.includes('secret'),
      text,
    );
});
