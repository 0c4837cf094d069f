// Single sign-on in the configuration file.
import { z } from 'zod';
import { CertificatesFile } from './certificates.ts';
import { SingleSignOn } from '../settings.ts';

const HostName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/, 'is not the name of a host, with a port or without');

const GroupFile = SingleSignOn.shape.groups.element;

/** The member `singleSignOn`. */
export const IssuerFile = z.strictObject({
  /** What people call the issuer: on the button, “Sign in with …”. */
  name: SingleSignOn.shape.name,
  issuer: z.url({ protocol: /^https?$/ }).superRefine((text, context) => {
    const url = URL.parse(text);
    if (url === null) return;
    const complain = (message: string): void => {
      context.addIssue({ code: 'custom', message });
    };
    if (url.protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(url.hostname))
      complain('is not reached by https: whoever sits between could be anybody');
    if (url.username !== '' || url.password !== '') complain('holds a user name or a password');
    if (url.search !== '' || url.hash !== '') complain('holds a query or a fragment, which no issuer has');
  }),
  clientId: z.string().min(1).max(500),
  /** Absolute path of a file that holds what the issuer knows us by; `null` for a public client. */
  secretFile: z
    .string()
    .regex(/^\/[^\0]*[^/\0]$/, 'is not an absolute path of a file')
    .nullable()
    .default(null),
  /** Absolute path of a file with further certificate authorities for it. */
  certificates: CertificatesFile,
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'is not a scope'))
    .default(['openid', 'profile', 'email'])
    .refine((scopes) => scopes.includes('openid'), 'lacks "openid"'),
  groupsClaim: z.string().min(1).max(200).default('groups'),
  /** Whether it can be asked to have somebody prove anew who they are, and says when they did (`auth_time`). */
  asksAnew: z.boolean().default(true),
  /** Further hosts on which the issuer has endpoints. */
  hosts: z.array(HostName).max(20).default([]),
  groups: z.array(GroupFile).max(1_000).default([]),
});
