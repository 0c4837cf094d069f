// Whether a request may be taken for one of another method than its own. Pure.
import { unescape } from '@holdfast/kernel/brokering/spellings';
import type { RequestHead } from '../http/head.ts';

const METHOD = 'method';

/**
 * Whether a field or a parameter of the query names a method: `X-HTTP-Method-Override`, `X-HTTP-Method`, `X-Method-Override` and
 * `_method` make a GET of a POST where a framework listens to them, and each has names of its own. All that could be one counts:
 * the request is then judged by every method, of which the strictest counts.
 */
export function namesAnotherMethod({ target, fields }: RequestHead): boolean {
  return fields.some(({ name }) => name.includes(METHOD)) || namesInQuery(target);
}

function namesInQuery(target: string): boolean {
  const start = target.indexOf('?');
  return (
    start >= 0 &&
    target
      .slice(start + 1)
      .split(/[&;]/)
      .some((pair) => unescape(pair.split('=', 1).join('')).toLowerCase().includes(METHOD))
  );
}
