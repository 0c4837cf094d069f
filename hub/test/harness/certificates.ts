// A certificate authority of a test's own, and a server on this machine that it vouches for.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mustRun } from './program.ts';

const HERE = ['DNS:localhost', 'IP:127.0.0.1'];

/** Makes `authority.pem`, and `server.key` with `server.pem` for these names, in a folder. */
export async function makeCertificates(folder: string, names: readonly string[] = HERE): Promise<void> {
  const openssl = async (...args: readonly string[]): Promise<string> =>
    await mustRun('openssl', args, { cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    '-keyout',
    'authority.key',
    '-out',
    'authority.pem',
    '-subj',
    '/CN=Test authority',
  );
  await openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  await writeFile(path.join(folder, 'extensions'), `subjectAltName=${names.join(',')}\n`);
  const authority = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial'];
  await openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    ...authority,
    '-days',
    '2',
    '-extfile',
    'extensions',
    '-out',
    'server.pem',
  );
}
