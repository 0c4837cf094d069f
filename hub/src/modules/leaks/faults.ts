// The refusals of `leaks`.
import { defineFault } from '@holdfast/kernel/fault';

export const tokenInText = defineFault(
  'invalid',
  'leak.token-in-text',
  (name: string, line: number) =>
    `${name} holds an access token of this hub, in line ${line} (plain or in base64). Nothing was changed. Take it out, ` +
    'and revoke the token: whoever saw the text can use it.',
);
