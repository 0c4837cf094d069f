// A node:test reporter for people who read logs: a line per file, a failure in full where it happens, no noise.
import path from 'node:path';
import { inspect } from 'node:util';
import { ROOT } from '../environment.ts';

/** What node:test says; only what is read here. */
interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly file?: string;
    readonly nesting?: number;
    readonly message?: string;
    readonly skip?: boolean | string;
    readonly todo?: boolean | string;
    readonly details?: { readonly duration_ms?: number; readonly type?: string; readonly error?: Error };
    readonly counts?: { readonly passed: number; readonly failed: number; readonly skipped: number };
    readonly duration_ms?: number;
  };
}

// oxlint-disable-next-line import/no-default-export -- node:test loads a reporter by its default export
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of source) {
    if (type === 'test:summary' && data.file !== undefined) yield fileLine(data);
    if (type === 'test:fail' && data.details?.type !== 'suite') yield failure(data);
    if (type === 'test:pass' && data.skip !== undefined && data.skip !== false) yield skipped(data);
    if (type === 'test:diagnostic' && data.file !== undefined && !isTally(data.message))
      yield `        ${data.message}\n`;
    if (type === 'test:stderr' && data.message !== undefined)
      yield data.message.replaceAll(/^(?=.)/gm, '  | ');
  }
}

/** What node:test itself adds to each file. */
function isTally(message = ''): boolean {
  return /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(message);
}

function fileLine(data: TestEvent['data']): string {
  const { passed = 0, failed = 0 } = data.counts ?? {};
  const seconds = ((data.duration_ms ?? 0) / 1000).toFixed(1);
  const name = path.relative(ROOT, data.file ?? '');
  return `${failed > 0 ? 'FAILED' : 'ok    '} ${name}: ${passed} of ${passed + failed} in ${seconds} s\n`;
}

function failure(data: TestEvent['data']): string {
  const error = data.details?.error;
  // A parent that failed because of its subtests says nothing new.
  if (error !== undefined && 'failureType' in error && error.failureType === 'subtestsFailed') return '';
  const cause = error?.cause ?? error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  return `FAILED ${data.name ?? ''}\n${text.replaceAll(/^/gm, '  ')}\n`;
}

function skipped(data: TestEvent['data']): string {
  const reason = typeof data.skip === 'string' ? `: ${data.skip}` : '';
  return `skipped ${data.name ?? ''}${reason}\n`;
}
