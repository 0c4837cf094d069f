// Whether what destroys asks first, as a page without script does it: the form stands in a disclosure that is closed.
import assert from 'node:assert/strict';

const DISCLOSURE = /<details class="confirm"([^>]*)>[^]*?<\/details>/g;

/** Asserts that a page has forms of an action, and that each of them is behind a closed disclosure. */
export function assertConfirmed(body: string, action: string): void {
  const form = `action="${action}"`;
  assert.ok(body.includes(form), `no form of ${action}`);
  const rest = body.replaceAll(DISCLOSURE, (all, attributes: string) =>
    attributes.includes('open') ? all : '',
  );
  assert.ok(!rest.includes(form), `one press is enough for ${action}`);
}
