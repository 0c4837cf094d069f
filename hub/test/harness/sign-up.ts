// Signs up as a person does: asks, and finds the link in their mail.
import assert from 'node:assert/strict';
import { OPERATOR, type ServedHub } from './served-hub.ts';

/** The path of the newest link that was written to this address. */
export async function findLink(hub: ServedHub, email: string): Promise<string> {
  const mails = await hub.modules.keptMails.list(OPERATOR);
  const link = mails
    .filter(({ to }) => to === email)
    .map(({ text }) => /\/join\/[A-Za-z0-9_-]{43}/.exec(text)?.[0])
    .find((one) => one !== undefined);
  return link ?? assert.fail(`no link for ${email}`);
}

/** Asks for an account, and gives the path of the link. */
export async function signUp(hub: ServedHub, email: string): Promise<string> {
  await hub.modules.signUps.ask({ email, language: 'en' }, { address: '192.0.2.1', client: 'test' });
  return await findLink(hub, email);
}
