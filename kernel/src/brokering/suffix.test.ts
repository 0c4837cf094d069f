// What the public suffix list says of a name, and that it is the whole list.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OF_PLATFORMS, OF_REGISTRIES } from './public-suffixes.ts';
import { OWN_DOMAINS, SHARED_DOMAINS, SOLD_DOMAINS } from './shared-domains.ts';
import { findPlatform, isOfRegistry } from './suffix.ts';

void test('findPlatform() gives the domain that a host is or is under', () => {
  for (const [host, platform] of [
    ['github.io', 'github.io'],
    ['me.github.io', 'github.io'],
    ['a.b.herokuapp.com', 'herokuapp.com'],
    ['abc.supabase.co', 'supabase.co'],
    ['app.eu-central-1.elasticbeanstalk.com', 'eu-central-1.elasticbeanstalk.com'],
    ['github.com', undefined],
    ['notgithub.io', undefined],
    ['io', undefined],
    ['api.openai.com', undefined],
  ] as const)
    assert.equal(findPlatform(host), platform, host);
});

void test('findPlatform() takes a wildcard for one label, and the longest rule', () => {
  assert.match(OF_PLATFORMS, / \*\.azurecontainer\.io /);
  assert.equal(findPlatform('azurecontainer.io'), 'azurecontainer.io');
  assert.equal(findPlatform('x.azurecontainer.io'), 'x.azurecontainer.io');
  assert.equal(findPlatform('y.x.azurecontainer.io'), 'x.azurecontainer.io');
});

void test('isOfRegistry() knows where names are bought, with wildcards and what is none', () => {
  for (const name of [
    'co.uk',
    'com.au',
    'gov.br',
    'kyoto.jp',
    'anything.ck',
    'x.kobe.jp',
    'pvt.k12.ma.us',
    'xn--55qx5d.cn',
  ])
    assert.equal(isOfRegistry(name), true, name);
  for (const name of [
    'x.co.uk',
    'www.ck',
    'a.anything.ck',
    'city.kobe.jp',
    'y.x.kobe.jp',
    'example.com',
    'github.io',
  ])
    assert.equal(isOfRegistry(name), false, name);
});

void test('the list is whole, and the tables by hand say what it does not', () => {
  const count = (rules: string): number => rules.trim().split(' ').length;
  assert.ok(count(OF_PLATFORMS) > 3_500, String(count(OF_PLATFORMS)));
  assert.ok(count(OF_REGISTRIES) > 5_000, String(count(OF_REGISTRIES)));
  for (const rules of [OF_PLATFORMS, OF_REGISTRIES])
    assert.match(rules, /^(?: (?:!|\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*)+ $/);
  assert.deepEqual(
    SHARED_DOMAINS.map(findPlatform).filter(
      (platform) => platform !== undefined && !OWN_DOMAINS.includes(platform),
    ),
    [],
  );
  assert.deepEqual(
    [...SOLD_DOMAINS, ...OWN_DOMAINS].filter((domain) => findPlatform(domain) !== domain),
    [],
  );
});
