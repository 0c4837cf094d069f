// The tiers of tests: where each lives, what it needs, how long it may take.
import type { DebianPackage } from './debian.ts';
import {
  BUBBLEWRAP,
  CHROMIUM,
  CURL,
  DEBIAN_KEYRING,
  GIT,
  GIT_LFS,
  IPROUTE,
  MMDEBSTRAP,
  NGINX,
  OPENSSL,
  PYTHON_VENV,
  RUNSC,
  STRACE,
  USER_MODE_LINUX,
} from './debian.ts';

/** A tier. `minutes` bounds the whole tier; a test that hangs must not hang the run. */
export interface Tier {
  readonly name: string;
  readonly files: readonly string[];
  readonly needs: readonly DebianPackage[];
  /** What its long proofs need besides. */
  readonly longNeeds?: readonly DebianPackage[];
  /** The tier drives published clients, which are installed for it. */
  readonly clients: boolean;
  /** Many of its tests start whole instances. */
  readonly instances: boolean;
  /** Beginnings of the names of files in which programs of others decide when something happens: these run again (decision 60). */
  readonly again: readonly string[];
  /** The same of files in which attacks are tried, too: they run again where cases of the client in Python alone failed. */
  readonly againForCases: readonly string[];
  /** Test files run at the same time; 1 where they measure or start whole instances. */
  readonly atOnce: number;
  readonly minutes: number;
}

const PLAIN = { needs: [], clients: false, instances: true, again: [], againForCases: [] } as const;

/** All tiers, in the order they run: the quick ones first. */
export const TIERS: readonly Tier[] = [
  {
    ...PLAIN,
    name: 'unit',
    files: [
      '{kernel,platform,notary,vault,courier,inside,door,runner,hub,supervisor,cli,web,tools,bench}/src/**/*.test.ts',
    ],
    instances: false,
    atOnce: 2,
    minutes: 3,
  },
  {
    ...PLAIN,
    name: 'integration',
    files: [
      '{platform,vault,supervisor,cli,inside}/test/**/*.test.ts',
      '{door,runner}/test/*.test.ts',
      'door/test/{build,brokering}/*.test.ts',
      'hub/test/integration/**/*.test.ts',
    ],
    needs: [BUBBLEWRAP, RUNSC, MMDEBSTRAP, DEBIAN_KEYRING, GIT, OPENSSL, CURL, IPROUTE],
    longNeeds: process.arch === 'x64' ? [USER_MODE_LINUX] : [],
    atOnce: 2,
    minutes: 25,
  },
  {
    name: 'conformance',
    files: ['{hub,door}/test/conformance/**/*.test.ts'],
    needs: [BUBBLEWRAP, PYTHON_VENV, NGINX, OPENSSL, GIT, GIT_LFS, CURL, IPROUTE],
    clients: true,
    instances: true,
    againForCases: [],
    again: [
      'hub/test/conformance/device-login',
      'hub/test/conformance/first-start',
      'hub/test/conformance/git-lfs',
      'hub/test/conformance/hf-command',
      'hub/test/conformance/hub-',
      'hub/test/conformance/javascript',
      'hub/test/conformance/large-',
      'hub/test/conformance/libraries',
      'hub/test/conformance/oauth',
      'hub/test/conformance/proxy',
      'hub/test/conformance/schemathesis',
      'hub/test/conformance/xet-ways',
    ],
    atOnce: 2,
    minutes: 20,
  },
  {
    // Apps that are built and run; the first of them makes the root that all share.
    name: 'apps',
    files: ['hub/test/apps/**/*.test.ts', 'runner/test/build/**/*.test.ts'],
    needs: [BUBBLEWRAP, RUNSC, MMDEBSTRAP, DEBIAN_KEYRING, PYTHON_VENV, CURL, CHROMIUM],
    clients: true,
    instances: true,
    again: [
      'hub/test/apps/pythons',
      'hub/test/apps/without-bubblewrap',
      'runner/test/build/base',
      'runner/test/build/build',
      'runner/test/build/layer',
      'runner/test/build/pythons',
    ],
    againForCases: ['hub/test/apps/as-'],
    atOnce: 2,
    minutes: 45,
  },
  {
    ...PLAIN,
    name: 'abuse',
    files: ['hub/test/abuse/**/*.test.ts'],
    needs: [BUBBLEWRAP],
    atOnce: 2,
    minutes: 20,
  },
  {
    ...PLAIN,
    name: 'browser',
    files: ['hub/test/browser/**/*.test.ts'],
    needs: [CHROMIUM],
    again: [
      'hub/test/browser/account',
      'hub/test/browser/applications',
      'hub/test/browser/every-page',
      'hub/test/browser/file-views',
      'hub/test/browser/first-model',
      'hub/test/browser/ledger-notices',
      'hub/test/browser/newcomer',
      'hub/test/browser/passkeys',
      'hub/test/browser/repositories',
      'hub/test/browser/security',
      'hub/test/browser/shown-space',
      'hub/test/browser/sign-on',
      'hub/test/browser/soon',
      'hub/test/browser/space.',
      'hub/test/browser/space-pages',
      'hub/test/browser/upload',
    ],
    atOnce: 1,
    minutes: 15,
  },
  {
    ...PLAIN,
    name: 'crash',
    files: ['hub/test/crash/**/*.test.ts'],
    needs: [BUBBLEWRAP, STRACE],
    atOnce: 2,
    minutes: 20,
  },
];
