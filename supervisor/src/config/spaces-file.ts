// Apps of Spaces in the configuration file.
import { GiB } from '@holdfast/kernel/size';
import { z } from 'zod';

const Index = z.url({ protocol: /^https?$/ }).refine((text) => {
  const url = URL.parse(text);
  return url === null || (url.username === '' && url.password === '');
}, 'holds a user name or a password, which a build could read');

/** The member `spaces`. */
export const SpacesFile = z.strictObject({
  /** Whether this machine runs apps. */
  run: z.boolean().default(true),
  /** What sandboxes are made with: namespaces of the machine's kernel, or a kernel of their own. */
  runtime: z.enum(['bubblewrap', 'gvisor']).default('bubblewrap'),
  /** Run apps although nothing bounds the memory, the processes and the processors they use. */
  dangerouslyUnlimited: z.boolean().default(false),
  /** The Debian mirror and release that the base is made from. */
  mirror: Index.default('http://deb.debian.org/debian'),
  /** Where its security updates are; `null` for none. */
  securityMirror: Index.nullable().default('http://deb.debian.org/debian-security'),
  suite: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,40}$/, 'is not the name of a Debian release')
    .default('bookworm'),
  /** The package index that builds install from (PEP 503). */
  index: Index.default('https://pypi.org/simple'),
  /** Origins on which the files of the index lie, beside its own. */
  indexFiles: z
    .array(
      z
        .string()
        .regex(/^https?:\/\/[^/?#@\s]+$/, 'is not the origin of a server, such as https://files.example.org'),
    )
    .max(20)
    .default(['https://files.pythonhosted.org']),
  /** Absolute path of a file with further certificate authorities for mirror and index. */
  certificates: z
    .string()
    .regex(/^\/[^\0]*[^/\0]$/, 'is not an absolute path of a file')
    .nullable()
    .default(null),
  /** Servers that resolve names for apps, as addresses with a port or without; `null`: the system's. */
  resolver: z.array(z.string().max(60)).max(4).nullable().default(null),
  /** Bytes that built environments may take; the ones unused for longest go first. */
  environmentBytes: z
    .int()
    .positive()
    .default(50 * GiB),
});
export type SpacesFile = z.infer<typeof SpacesFile>;
