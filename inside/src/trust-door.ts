// Has clients believe the door's own authority. In a file of its own, because Node takes long to load its certificates.
import { writeFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { FILES, type Variables } from './secrets.ts';

const CERTIFICATES = `${FILES}/certificates.pem`;
/** Where clients look for the authorities that they believe. */
const CERTIFICATE_VARIABLES = [
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'GIT_SSL_CAINFO',
  'AWS_CA_BUNDLE',
  'PIP_CERT',
];

/** Has clients believe the door's own authority beside those that everybody believes; inside this sandbox alone. */
export function trustDoor(certificate: string): Variables {
  writeFileSync(CERTIFICATES, [certificate.trim(), ...rootCertificates, ''].join('\n'), { mode: 0o444 });
  return Object.fromEntries(CERTIFICATE_VARIABLES.map((name) => [name, CERTIFICATES]));
}
