// The environment as the tools see it. Children get a copy made here, never the tools' own.
import path from 'node:path';

/** The checkout. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** Where the tools keep what they installed. */
export const TOOLS_FOLDER = path.join(ROOT, '.tools');

/**
 * The environment for programs that fetch packages or run tests: the user's own, because proxies, certificates and
 * mirrors are set there, without what would change how clients of a hub behave, and with our Node first.
 */
export function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (
      value === undefined ||
      /^(HF_|HUGGING|TRANSFORMERS_|HOLDFAST_|DATABASE_URL|SPACES_HOST|NODE_OPTIONS)/.test(name)
    )
      continue;
    env[name] = value;
  }
  const node = path.dirname(process.execPath);
  return {
    ...env,
    NO_COLOR: '1',
    LANG: 'C.UTF-8',
    PATH: `${node}:${env['PATH'] ?? ''}:/usr/sbin:/sbin`,
    ...extra,
  };
}

/** Whether this runs as the superuser, who may install Debian packages. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
