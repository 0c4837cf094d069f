// What a value may be bound to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeBinding } from './binding.ts';
import { BEARER, header, PASSWORD, type Place } from './place.ts';

const SIGNS: Place = { in: 'aws-signature', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' };

void test('judgeBinding() takes exact names of the outside, and the hub', () => {
  for (const host of [
    'api.openai.com',
    'hub.holdfast.internal',
    'my-models.openai.azure.com',
    'x.co.uk',
    'a.b.c.d.e.org',
  ])
    assert.equal(judgeBinding([host], [BEARER]), undefined, host);
});

void test('judgeBinding() refuses names that are none, near, ours, or for anybody to get', () => {
  const refused =
    `* *.openai.com api.openai.com. API.openai.com api.openai.com:443 localhost a.localhost internal x.internal
    holdfast.internal a.hub.holdfast.internal 1.2.3.4 2130706433 0x7f.1 127.1 [::1] ::1 fe80::1 com co.uk github.io me.github.io
    x.herokuapp.com a.vercel.app a.hf.space bucket.s3.amazonaws.com s3.eu-west-1.amazonaws.com x.trycloudflare.com a..b.com -a.com
    a_b.com münchen.de https://a.com a.com/path printer.local`.split(/\s+/);
  for (const host of refused) assert.equal(judgeBinding(['api.openai.com', host], [BEARER])?.what, host);
  assert.equal(
    judgeBinding([`${'a'.repeat(64)}.com`], [BEARER])?.why,
    'it is no name of a host in lower case',
  );
});

void test('judgeBinding() refuses domains where others can get names, by the public suffix list', () => {
  for (const host of ['gov.br', 'anything.ck', 'x.kobe.jp', 'uk.com', 'eu.org', 'fr.eu.org'])
    assert.equal(judgeBinding([host], [BEARER])?.why, 'others can register names under it', host);
  // The hosts of platforms: one that is given up is the next one's.
  for (const [host, platform] of [
    ['herokuapp.com', 'herokuapp.com'],
    ['abc.supabase.co', 'supabase.co'],
    ['me.surge.sh', 'surge.sh'],
    ['x.azurecontainer.io', 'x.azurecontainer.io'],
    ['a.cloudapp.azure.com', 'cloudapp.azure.com'],
  ] as const)
    assert.equal(
      judgeBinding([host], [BEARER])?.why,
      `anybody can get a name under ${platform}, also this one when it is given up`,
      host,
    );
  for (const host of ['*.herokuapp.com', '*.me.herokuapp.com'])
    assert.match(judgeBinding([host], [BEARER])?.why ?? '', /named exactly/, host);
  // A name that was bought is its owner's, and so is what an exception of the list leaves to one.
  for (const host of [
    'x.gov.br',
    'www.ck',
    'city.kobe.jp',
    'api.acme.uk.com',
    'generativelanguage.googleapis.com',
    'acme.eu.org',
    'acme.fr.eu.org',
  ])
    assert.equal(judgeBinding([host], [BEARER]), undefined, host);
  assert.equal(judgeBinding(['me.herokuapp.com'], [SIGNS])?.what, 'me.herokuapp.com');
});

void test('judgeBinding() refuses where Google serves buckets, by each of their names, and no other host of Google', () => {
  for (const name of [
    'storage.googleapis.com',
    'commondatastorage.googleapis.com',
    'firebasestorage.googleapis.com',
    'content-storage.googleapis.com',
    'storage-download.googleapis.com',
    'storage-upload.googleapis.com',
    'storage.mtls.googleapis.com',
    'storage.me-central2.rep.googleapis.com',
    'storage.cloud.google.com',
  ])
    for (const host of [name, `bucket.${name}`, `a.b.${name}`])
      assert.match(judgeBinding([host], [BEARER])?.why ?? '', /have a bucket there/, host);
  for (const host of [
    'bigquerystorage.googleapis.com',
    'storagetransfer.googleapis.com',
    'aiplatform.us.rep.googleapis.com',
    'mystorage.com',
  ])
    assert.equal(judgeBinding([host], [BEARER]), undefined, host);
});

void test('judgeBinding() refuses the names under which this hub and its Spaces are reached', () => {
  const ours = ['hub.acme.dev', 'spaces.acme.dev'];
  for (const host of ['hub.acme.dev', 'spaces.acme.dev', 'ann-demo.spaces.acme.dev'])
    assert.match(judgeBinding([host], [BEARER], ours)?.why ?? '', /name of this hub/, host);
  for (const host of ['acme.dev', 'api.acme.dev', 'nothub.acme.dev', 'hub.holdfast.internal'])
    assert.equal(judgeBinding([host], [BEARER], ours), undefined, host);
});

void test('judgeBinding() lets a signature go to a bucket, where a value may not', () => {
  assert.equal(judgeBinding(['bucket.s3.eu-west-1.amazonaws.com'], [SIGNS]), undefined);
  // What a signed request there returns is another credential, and the app would read it.
  assert.equal(judgeBinding(['sts.eu-west-1.amazonaws.com'], [SIGNS])?.what, 'sts.eu-west-1.amazonaws.com');
  for (const host of [
    'api.ecr.eu-west-1.amazonaws.com',
    'codeartifact.eu-west-1.amazonaws.com',
    'redshift-serverless.us-east-1.amazonaws.com',
    '123456789012.s3-control.eu-west-1.amazonaws.com',
    'bucket--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com',
    'vpce-1a2b-3c4d.sts.us-east-1.vpce.amazonaws.com',
    'bedrock-agentcore.us-east-1.amazonaws.com',
    'bedrock-agentcore-fips.us-east-1.amazonaws.com',
    'airflow.us-east-1.amazonaws.com',
    'env.airflow.us-east-1.amazonaws.com',
    'api.sagemaker.us-east-1.amazonaws.com',
    'api-fips.sagemaker.us-east-1.amazonaws.com',
    'api.sagemaker-fips.us-gov-west-1.amazonaws.com',
    'vpce-1a2b-3c4d.api.sagemaker.us-east-1.vpce.amazonaws.com',
    'ecs.eu-west-1.amazonaws.com',
    'ecs-fips.us-east-1.amazonaws.com',
    'ec2.eu-west-1.amazonaws.com',
    'ec2.amazonaws.com',
    'apigateway.eu-west-1.amazonaws.com',
    'ivschat.us-west-2.amazonaws.com',
    'appstream2.eu-west-1.amazonaws.com',
  ])
    assert.match(judgeBinding([host], [SIGNS])?.why ?? '', /gives out credentials/, host);
  for (const host of [
    'bedrock-runtime.eu-west-1.amazonaws.com',
    'dynamodb.eu-west-1.amazonaws.com',
    'iot-data.s3.eu-west-1.amazonaws.com',
    'connect.s3.eu-west-1.amazonaws.com',
    'runtime.sagemaker.eu-west-1.amazonaws.com',
    'featurestore-runtime.sagemaker.eu-west-1.amazonaws.com',
    'bedrock-agent-runtime.us-east-1.amazonaws.com',
    'abc123.execute-api.eu-west-1.amazonaws.com',
    'ec2.s3.eu-west-1.amazonaws.com',
    'airflow.s3.amazonaws.com',
  ])
    assert.equal(judgeBinding([host], [SIGNS]), undefined, host);
  assert.notEqual(judgeBinding(['bucket.s3.amazonaws.com'], [SIGNS, BEARER]), undefined);
  assert.notEqual(judgeBinding(['bucket.github.io'], [SIGNS]), undefined);
});

void test('judgeBinding() wants some hosts and places, and not many', () => {
  assert.equal(judgeBinding([], [BEARER])?.what, 'hosts');
  assert.equal(judgeBinding(['a.com'], [])?.what, 'places');
  assert.equal(
    judgeBinding(
      Array.from({ length: 21 }, (_, at) => `a${at}.com`),
      [BEARER],
    )?.what,
    'hosts',
  );
  assert.equal(
    judgeBinding(
      ['a.com'],
      Array.from({ length: 9 }, () => BEARER),
    )?.what,
    'places',
  );
});

void test('judgeBinding() refuses places that mean something else, or hold two values or none', () => {
  const good: readonly Place[] = [
    PASSWORD,
    SIGNS,
    header('x-api-key'),
    header('authorization', 'Token token="{}"'),
    { in: 'query', name: 'key' },
  ];
  assert.equal(judgeBinding(['a.com'], good), undefined);
  const bad: readonly Place[] = [
    header('host'),
    header('X-Api-Key'),
    header('cookie'),
    header('content-type'),
    header('x-forwarded-for'),
    header('a b'),
    header('x-key', '{} {}'),
    header('x-key', 'none'),
    header('x-key', 'a\r\nb: {}'),
    header('x-key', `${'a'.repeat(60)}{}`),
    { in: 'query', name: 'a&b' },
    { in: 'query', name: '' },
    { in: 'aws-signature', accessKeyId: 'a/b' },
  ];
  for (const place of bad)
    assert.match(judgeBinding(['a.com'], [place])?.what ?? '', /^place/, JSON.stringify(place));
});
