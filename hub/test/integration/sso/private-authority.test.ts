// Servers of the operator whose certificates are signed by an authority of their own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { Issuer } from '@holdfast/courier/issuer';
import { openLog } from '@holdfast/platform/log';
import { readCertificates } from '@holdfast/supervisor/config/certificates';
import { makeCertificates } from '../../harness/certificates.ts';
import { mailServerOf, mailSettings } from '../../harness/courier.ts';
import { startMailServer } from '../../harness/mail-server.ts';
import { openScratch, type Scratch } from '../../harness/scratch.ts';

const START = { state: 's', nonce: 'n', verifier: 'v'.repeat(43), back: 'http://localhost:1/x', anew: false };

async function makeAuthority(scratch: Scratch) {
  await makeCertificates(scratch.path);
  const read = async (name: string) => await readFile(path.join(scratch.path, name), 'utf8');
  return {
    key: await read('server.key'),
    cert: await read('server.pem'),
    authority: await readCertificates(path.join(scratch.path, 'authority.pem'), 'certificates', []),
  };
}

void test('a mail server that only the configured authority vouches for is believed, and no other', async () => {
  await using scratch = await openScratch('authority');
  const { key, cert, authority } = await makeAuthority(scratch);
  assert.ok(authority !== null);
  for (const security of ['tls', 'starttls'] as const) {
    await using server = await startMailServer({ certificate: { key, cert, first: security === 'tls' } });
    const settings = mailSettings(server.port, { security });
    const doubted = await mailServerOf(settings).check();
    assert.ok(
      'why' in doubted && /certificate is not good|can be checked|the certificate good/.test(doubted.why),
    );
    assert.deepEqual(await mailServerOf({ ...settings, certificates: authority }).check(), { kind: 'taken' });
  }
});

void test('an issuer that only the configured authority vouches for is believed, and no other', async () => {
  await using scratch = await openScratch('authority');
  const { key, cert, authority } = await makeAuthority(scratch);
  const server = createServer({ key, cert }, (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        issuer: address,
        authorization_endpoint: `${address}/auth`,
        token_endpoint: `${address}/token`,
        jwks_uri: `${address}/keys`,
        response_types_supported: ['code'],
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `https://localhost:${(server.address() as AddressInfo).port}`;
  try {
    const begin = async (certificates: string | null) => {
      const settings = {
        address,
        clientId: 'x',
        scopes: ['openid'],
        groupsClaim: 'groups',
        asksAnew: true,
        hosts: [],
      };
      const log = openLog('courier', { write: () => undefined });
      return await new Issuer({ ...settings, certificates }, undefined, log).begin(START);
    };
    assert.deepEqual(await begin(null), { kind: 'unreachable' });
    const begun = await begin(authority);
    assert.ok(
      begun.kind === 'address' && begun.address.startsWith(`${address}/auth?`),
      JSON.stringify(begun),
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

void test('a file that holds no certificates, or a private key, is named at the start', async () => {
  await using scratch = await openScratch('authority');
  await makeCertificates(scratch.path);
  const at = (name: string): string => path.join(scratch.path, name);
  const pem = await readFile(at('authority.pem'), 'utf8');
  await writeFile(at('empty.pem'), 'nothing');
  await writeFile(at('broken.pem'), pem.replace(/\n[A-Za-z0-9+/]{8}/, '\nAAAAAAAA'));
  await writeFile(at('both.pem'), `${await readFile(at('server.key'), 'utf8')}${pem}`);
  await writeFile(at('two.pem'), `# ours\n${pem}\n${pem}`);
  for (const [name, why] of [
    ['missing.pem', /mail\.certificates is .*missing\.pem, which does not exist/],
    ['empty.pem', /which is not a list of certificates in PEM/],
    ['broken.pem', /which is not a list of certificates in PEM/],
    ['both.pem', /which holds a private key/],
  ] as const) {
    const problems: string[] = [];
    assert.equal(await readCertificates(at(name), 'mail.certificates', problems), null);
    assert.match(problems.join('\n'), why);
  }
  const text = await readCertificates(at('two.pem'), 'mail.certificates', []);
  assert.equal(text?.split('BEGIN CERTIFICATE').length, 3);
});
