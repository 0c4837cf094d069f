// What is read of an app's bytes inside a sandbox: names in greetings, hosts in requests, questions to the resolver.
import assert from 'node:assert/strict';
import { connect as connectTls } from 'node:tls';
import { test } from 'node:test';
import { Duplex } from 'node:stream';
import { findServerName } from './client-hello.ts';
import { answerQuestion } from './dns-answer.ts';
import { findHost } from './request-host.ts';

/** The greeting of a real client. */
async function greet(servername: string | undefined): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const stream = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer) => {
      resolve(bytes);
    },
  });
  const socket = connectTls({
    socket: stream,
    ...(servername === undefined ? {} : { servername }),
    ALPNProtocols: ['h2'],
  });
  socket.on('error', () => undefined);
  const bytes = await promise;
  socket.destroy();
  return bytes;
}

void test('findServerName() finds the name in a real greeting, in pieces and in several records', async () => {
  const hello = await greet('models.example.org');
  assert.deepEqual(findServerName(hello), { kind: 'name', name: 'models.example.org' });
  for (let length = 0; length < hello.length; length += 1)
    assert.equal(findServerName(hello.subarray(0, length)).kind, 'more', String(length));
  const message = hello.subarray(5);
  const records = [message.subarray(0, 3), message.subarray(3, 60), message.subarray(60)].map((part) =>
    Buffer.concat([Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part]),
  );
  assert.deepEqual(findServerName(Buffer.concat(records)), { kind: 'name', name: 'models.example.org' });
});

void test('findServerName() finds none where there is none, and bears every broken greeting', async () => {
  assert.equal(findServerName(await greet(undefined)).kind, 'none');
  for (const text of [
    'GET / HTTP/1.1\r\n',
    'SSH-2.0-x\r\n',
    '\u0016\u0002',
    '\u0016\u0003\u0001\u0000\u0000',
  ])
    assert.equal(findServerName(Buffer.from(text, 'latin1')).kind, 'none', JSON.stringify(text));
  const hello = await greet('a.example.org');
  const longer = Buffer.from(hello);
  longer.writeUInt16BE(60_000, longer.indexOf('a.example.org') - 2);
  assert.equal(findServerName(longer).kind, 'none');
  for (let at = 0; at < hello.length; at += 1)
    for (const value of [0, 1, 0x7f, 0xff]) {
      const broken = Buffer.from(hello);
      broken[at] = value;
      assert.ok(['name', 'none', 'more'].includes(findServerName(broken).kind));
    }
});

void test('findHost() finds the one host of a request', () => {
  const find = (text: string) => findHost(Buffer.from(text));
  assert.deepEqual(find('GET / HTTP/1.1\r\nHost: a.example.org:80\r\n\r\n'), {
    kind: 'name',
    name: 'a.example.org',
  });
  assert.deepEqual(find('GET / HTTP/1.1\r\nhost:[2606::1]\r\n\r\n'), { kind: 'name', name: '[2606::1]' });
  assert.equal(find('GET / HTTP/1.1\r\nHost: a\r\n').kind, 'more');
  for (const fields of [
    '',
    'Host: a\r\nHost: b\r\n',
    'Host: a b\r\n',
    'Host: a@b\r\n',
    'Host:\r\n',
    'X: Host: a\r\n',
  ])
    assert.equal(find(`GET / HTTP/1.1\r\n${fields}\r\n`).kind, 'none', fields);
  assert.equal(find('a'.repeat(40_000)).kind, 'none');
});

function ask(name: string, type: number): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, type, 0, 1]);
}

void test('answerQuestion() finds every name at home, and no other kind of record', () => {
  const question = ask('a.example.org', 1);
  const answer = answerQuestion(question)!;
  assert.equal(answer.readUInt16BE(0), 0x1234);
  assert.equal(answer.readUInt16BE(2), 0x8180);
  assert.deepEqual([answer.readUInt16BE(4), answer.readUInt16BE(6)], [1, 1]);
  assert.deepEqual([...answer.subarray(-4)], [127, 0, 0, 1]);
  for (const type of [28, 16, 65, 12]) {
    const empty = answerQuestion(ask('a.example.org', type))!;
    assert.deepEqual([empty.readUInt16BE(6), empty.readUInt16BE(2) & 15], [0, 0]);
  }
});

void test('answerQuestion() bears every broken question', () => {
  assert.equal(answerQuestion(Buffer.alloc(11)), undefined);
  assert.equal(answerQuestion(answerQuestion(ask('a.org', 1))!), undefined);
  const question = ask('a.example.org', 1);
  for (let length = 12; length < question.length; length += 1)
    assert.equal(answerQuestion(question.subarray(0, length))!.readUInt16BE(2) & 15, 1, String(length));
  const pointer = Buffer.concat([question.subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])]);
  assert.equal(answerQuestion(pointer)!.readUInt16BE(2) & 15, 1);
});
