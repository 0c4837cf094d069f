// The mail server in the configuration file, and what contradicts itself there.
import { isIP } from 'node:net';
import { z } from 'zod';
import { CertificatesFile } from './certificates.ts';
import { MailSettings } from '../settings.ts';

const Written = z.strictObject({
  host: z
    .string()
    .max(253)
    .refine((text) => isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text), {
      error: 'is not the name or the address of a machine; the port goes into mail.port',
    }),
  port: MailSettings.shape.port.optional(),
  security: MailSettings.shape.security.default('starttls'),
  from: z
    .string()
    .max(300)
    .regex(
      /^(?:[^\p{Cc}<>@",;]+ <)?[^\s@<>",;\p{Cc}]+@[^\s@<>",;\p{Cc}]+>?$/u,
      'is not a sender like hub@example.org or Holdfast <hub@example.org>',
    )
    .refine((text) => text.includes('<') === text.endsWith('>'), 'has a < or a > without the other'),
  user: z.string().min(1).max(320).nullable().default(null),
  passwordFile: z
    .string()
    .regex(/^\/[^\0]*[^/\0]$/, 'is not an absolute path of a file')
    .nullable()
    .default(null),
  /** Absolute path of a file with further certificate authorities for it. */
  certificates: CertificatesFile,
});

/** Ports by custom: submission, and submission with TLS from the first byte (RFC 8314). */
const PORTS = { tls: 465, starttls: 587, off: 25 } as const;

/** The member `mail`. */
export const MailFile = Written.superRefine(
  ({ user, passwordFile, security, host, certificates }, context) => {
    const complain = (member: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [member], message });
    };
    if (user !== null && passwordFile === null)
      complain('passwordFile', 'is missing: name the file that holds the password of mail.user');
    if (user === null && passwordFile !== null)
      complain('user', 'is missing: whose is the password in mail.passwordFile?');
    if (security === 'off' && certificates !== null)
      complain('certificates', 'is there, and mail.security is "off": nobody would look at them');
    if (security === 'off' && user !== null && !isOnThisMachine(host))
      complain('security', 'is "off", which would send the password readably through the network');
  },
).transform((written) => ({ ...written, port: written.port ?? PORTS[written.security] }));

function isOnThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
