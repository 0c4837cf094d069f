// Apps of Spaces in the configuration file.
import { GiB, MiB } from '@holdfast/kernel/size';
import { z } from 'zod';
import { CertificatesFile } from './certificates.ts';

const Index = z.url({ protocol: /^https?$/ }).refine((text) => {
  const url = URL.parse(text);
  return url === null || (url.username === '' && url.password === '');
}, 'holds a user name or a password, which a build could read');

/** What a Space may use, under the name by which clients ask for it: limits, not promises. */
export const HardwareKind = z.strictObject({
  name: z
    .string()
    .regex(
      /^cpu-[a-z0-9-]{1,36}$/,
      'is not the name of processors, such as cpu-basic: apps of this machine have nothing else',
    ),
  /** For people. */
  title: z.string().min(1).max(100),
  cpus: z.number().positive().max(1_024),
  memoryBytes: z
    .int()
    .min(64 * MiB)
    .max(64 * 1_024 * GiB),
  /** Processes and threads. */
  processes: z.int().min(16).max(1_000_000).default(1_024),
});
export type HardwareKind = z.infer<typeof HardwareKind>;

const USUAL_HARDWARE: HardwareKind[] = [
  { name: 'cpu-basic', title: 'CPU basic', cpus: 2, memoryBytes: 16 * GiB, processes: 1_024 },
  { name: 'cpu-upgrade', title: 'CPU upgrade', cpus: 8, memoryBytes: 32 * GiB, processes: 1_024 },
];

/** The member `spaces`. */
export const SpacesFile = z.strictObject({
  /** Whether this machine runs apps. */
  run: z.boolean().default(true),
  /** What sandboxes are made with: namespaces of the machine's kernel, or a kernel of their own. */
  runtime: z.enum(['bubblewrap', 'gvisor']).default('bubblewrap'),
  /** Run apps although nothing bounds the memory, the processes and the processors they use. */
  dangerouslyUnlimited: z.boolean().default(false),
  /** What Spaces may be given; the first where nobody asked for another. */
  hardware: z
    .array(HardwareKind)
    .min(1)
    .max(50)
    .refine((kinds) => new Set(kinds.map(({ name }) => name)).size === kinds.length, 'has a name twice')
    .default(USUAL_HARDWARE),
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
  /** Folders that hold one further Python each, which Spaces may ask for: the operator's, shown to them read-only. */
  pythons: z
    .array(z.string().regex(/^\/[^\0]*[^/\0]$/, 'is not an absolute path of a folder'))
    .max(20)
    .default([]),
  /** Absolute path of a file with further certificate authorities for mirror and index. */
  certificates: z
    .string()
    .regex(/^\/[^\0]*[^/\0]$/, 'is not an absolute path of a file')
    .nullable()
    .default(null),
  /** Absolute path of a file with authorities by which doors believe the hosts of brokered secrets, beside the public ones. */
  hostCertificates: CertificatesFile,
  /** Servers that resolve names for apps, as addresses with a port or without; `null`: the system's. */
  resolver: z.array(z.string().max(60)).max(4).nullable().default(null),
  /** Bytes that built environments may take; the ones unused for longest go first. */
  environmentBytes: z
    .int()
    .positive()
    .default(50 * GiB),
});
export type SpacesFile = z.infer<typeof SpacesFile>;
