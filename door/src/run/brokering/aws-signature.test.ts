// Against the examples that AWS publishes.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { RequestHead } from '../http/head.ts';
import {
  digestOfPayload,
  isSignedWith,
  readSigned,
  signAgain,
  signatureIn,
  type SignedRequest,
} from './aws-signature.ts';

const KEY = Buffer.from('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
const EMPTY = digestOfPayload(Buffer.alloc(0));

function head(method: string, target: string, fields: Readonly<Record<string, string>>): RequestHead {
  return {
    method,
    target,
    fields: Object.entries(fields).map(([written, value]) => ({
      name: written.toLowerCase(),
      written,
      value,
    })),
  };
}

/** "GET Object" and "GET Bucket Lifecycle" of the documents of S3, and "ListUsers" of IAM. */
const EXAMPLES: readonly RequestHead[] = [
  head('GET', '/test.txt', {
    Host: 'examplebucket.s3.amazonaws.com',
    Range: 'bytes=0-9',
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': '20130524T000000Z',
    Authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  }),
  head('GET', '/?lifecycle', {
    Host: 'examplebucket.s3.amazonaws.com',
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': '20130524T000000Z',
    Authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  }),
];

function read(request: RequestHead): SignedRequest {
  const signed = readSigned(request);
  if (signed === undefined || typeof signed === 'string') throw new Error(String(signed));
  return signed;
}

void test('isSignedWith() agrees with the examples of AWS', () => {
  for (const request of EXAMPLES) {
    const signed = read(request);
    assert.ok(isSignedWith(request, signed, { key: KEY, payload: EMPTY }), request.target);
    assert.equal(isSignedWith(request, signed, { key: Buffer.from('another'), payload: EMPTY }), false);
    assert.equal(isSignedWith({ ...request, target: '/other' }, signed, { key: KEY, payload: EMPTY }), false);
  }
});

void test('isSignedWith() encodes paths of other services once more, and sorts queries', () => {
  const fields = {
    Host: 'iam.amazonaws.com',
    'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
    'X-Amz-Date': '20150830T123600Z',
    Authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLEAKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  };
  for (const target of ['/?Action=ListUsers&Version=2010-05-08', '/?Version=2010-05-08&Action=ListUsers']) {
    const request = head('GET', target, fields);
    const key = Buffer.from('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
    assert.ok(isSignedWith(request, read(request), { key, payload: EMPTY }), target);
  }
});

void test('signAgain() gives what the other key would have signed, and nothing of the key', () => {
  const [request] = EXAMPLES;
  assert.ok(request !== undefined);
  const other = Buffer.from('a'.repeat(40));
  const again = signAgain(request, read(request), { key: other, payload: EMPTY });
  assert.ok(isSignedWith(again, read(again), { key: other, payload: EMPTY }));
  assert.equal(JSON.stringify(again).includes('aaaa'), false);
  const back = signAgain(again, read(again), { key: KEY, payload: EMPTY });
  assert.equal(read(back).signature, read(request).signature);
});

function refusalOf(request: RequestHead): string {
  const read = readSigned(request);
  return typeof read === 'string' ? read : '';
}

void test('readSigned() refuses what cannot be signed again, and says why', () => {
  const [request] = EXAMPLES;
  assert.ok(request !== undefined);
  const change = (name: string, value: string): RequestHead => ({
    ...request,
    fields: request.fields.map((field) => (field.name === name ? { ...field, value } : field)),
  });
  const [, , , , authorization] = request.fields;
  const signedBy = authorization?.value ?? '';
  assert.match(refusalOf(change('x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD')), /chunks/);
  assert.match(refusalOf(change('x-amz-date', '20130525T000000Z')), /date/);
  assert.match(refusalOf(change('authorization', signedBy.replace('HMAC', 'ECDSA'))), /usual form/);
  assert.match(refusalOf(change('authorization', signedBy.replace('host;', ''))), /host/);
  assert.equal(readSigned(change('authorization', 'Bearer x')), undefined);
  assert.equal(
    typeof readSigned(change('x-amz-content-sha256', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')),
    'object',
  );
});

void test('readSigned() refuses a query that says of a signature what makes it one of a presigned URL', () => {
  const [request] = EXAMPLES;
  assert.ok(request !== undefined);
  const at = (query: string): RequestHead => ({ ...request, target: `/a/b?${query}` });
  const all = 'Algorithm Credential Date Expires SignedHeaders Signature Security-Token'.split(' ');
  for (const name of all)
    for (const written of [
      `X-Amz-${name}`,
      `x-amz-${name.toLowerCase()}`,
      `X-AMZ-${name.toUpperCase()}`,
      `%58-Amz%2d${name}`,
      `X%252DAmz-${name}`,
      `X-Goog-${name}`,
    ])
      for (const query of [`${written}=1`, `a=b&${written}`, `a=b;${written}=1&c=d`])
        assert.match(refusalOf(at(query)), /query/, query);
  for (const query of ['x-id=GetObject', 'x-amz-acl=private', 'a=X-Amz-Date', 'date=1&prefix=x-amz-date'])
    assert.equal(typeof readSigned(at(query)), 'object', query);
});

/** A presigned URL as AWS documents it, in terms of its own: what an app wants a signature for. */
function presign(key: string, target: string, host: string): string {
  const [path, query = ''] = target.split('?');
  const [date, day] = ['20260101T000000Z', '20260101'];
  const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();
  const canonical = ['PUT', path, query, `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const signer = ['us-east-1', 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${key}`, day));
  return hmac(signer, `AWS4-HMAC-SHA256\n${date}\n${day}/us-east-1/s3/aws4_request\n${digest}`).toString(
    'hex',
  );
}

void test('no header makes the signature of a presigned URL', () => {
  const [host, id] = ['bucket.s3.us-east-1.amazonaws.com', 'AKIAIOSFODNN7EXAMPLE'];
  const credential = `${id}%2F20260101%2Fus-east-1%2Fs3%2Faws4_request`;
  const target = `/any?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}&X-Amz-Date=20260101T000000Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host`;
  const request = head('PUT', target, {
    Host: host,
    'X-Amz-Date': '20260101T000000Z',
    'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
    Authorization: `AWS4-HMAC-SHA256 Credential=${id}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${presign('held', target, host)}`,
  });
  const signed = readSigned(request);
  const made =
    typeof signed === 'object'
      ? signatureIn(signAgain(request, signed, { key: Buffer.from('real'), payload: 'UNSIGNED-PAYLOAD' }))
      : undefined;
  assert.notEqual(made, presign('real', target, host));
  assert.match(refusalOf(request), /query/);
});
