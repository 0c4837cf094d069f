// reveal-only-in: plaintext in named files only.
import { testRule } from '../lint-tester.ts';
import { revealOnlyIn } from './reveal-only-in.ts';

testRule('reveal-only-in', revealOnlyIn, [
  ['platform/src/keys.ts', `secret.reveal('to sign');`],
  ['hub/src/surfaces/hub/a.ts', `secret.reveal('to show');`, /may not look inside/],
  ['hub/src/surfaces/hub/a.ts', `this.secret.reveal('to show');`, /may not look inside/],
  ['hub/src/surfaces/hub/a.test.ts', `secret.reveal('to compare');`],
]);
