// Whose form is one of ours.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cookieHeader, findCookie } from './cookies.ts';
import { isFromOwnPage } from './origin.ts';

const HUB = 'https://hub.example.org';

void test('isFromOwnPage() takes what a browser says of our own pages, and nothing else', () => {
  const own: Parameters<typeof isFromOwnPage>[0][] = [
    { origin: HUB, 'sec-fetch-site': 'same-origin' },
    { origin: HUB },
    { origin: undefined, 'sec-fetch-site': 'same-origin' },
  ];
  for (const headers of own) assert.ok(isFromOwnPage(headers, HUB), JSON.stringify(headers));
  const foreign: Parameters<typeof isFromOwnPage>[0][] = [
    { origin: undefined },
    { origin: 'null' },
    { origin: 'null', 'sec-fetch-site': 'same-origin' },
    { origin: 'https://evil.example' },
    { origin: 'http://hub.example.org' },
    { origin: 'https://hub.example.org:8443' },
    { origin: 'https://hub.example.org.evil.example' },
    { origin: 'https://app.hub.example.org', 'sec-fetch-site': 'same-site' },
    { origin: HUB, 'sec-fetch-site': 'same-site' },
    { origin: HUB, 'sec-fetch-site': 'cross-site' },
    { origin: undefined, 'sec-fetch-site': 'none' },
  ];
  for (const headers of foreign) assert.ok(!isFromOwnPage(headers, HUB), JSON.stringify(headers));
});

void test('cookieHeader() binds a cookie to this host, and under https to encrypted connections', () => {
  assert.equal(
    cookieHeader('session', 'v', HUB),
    '__Host-holdfast-session=v; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure',
  );
  assert.equal(
    cookieHeader('session', '', 'http://localhost:8080'),
    'holdfast-8080-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
  );
});

void test('findCookie() reads the cookie of that name and no other', () => {
  const header = 'a=1; x__Host-holdfast-session=2; holdfast--session=3; __Host-holdfast-session=4';
  assert.equal(findCookie('session', header, HUB), '4');
  assert.equal(findCookie('known', header, HUB), undefined);
  assert.equal(findCookie('session', undefined, HUB), undefined);
  // Without the prefix anybody under the domain could have set it.
  assert.equal(findCookie('session', 'holdfast-443-session=2; session=3', HUB), undefined);
});
