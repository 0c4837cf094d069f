// Notes from where tokens are used, and tells their owners of a new network.
import { networkOf } from '@holdfast/kernel/network';
import { type Tx } from '@holdfast/platform/postgres/database';
import { writeMail } from '#modules/mail';
import { type LastUse, type Token } from './model.ts';
import { NetworkWriter } from './network-store.ts';
import { TokenWriter } from './store.ts';

/** Writes one use. Of a token that is used from ever new networks its owner is told once a day. */
export async function noteUse(tx: Tx, token: Token, use: LastUse): Promise<void> {
  await new TokenWriter(tx).touch(token.id, use);
  if (!(await new NetworkWriter(tx).note(token.id, networkOf(use.address), use.at))) return;
  const at = use.at.toISOString();
  const event = `token.new-network:${token.id}:${at.slice(0, 10)}`;
  const facts = {
    kind: 'token-used',
    token: token.name,
    address: use.address,
    client: use.client,
    at,
  } as const;
  await writeMail(tx, { event, recipientId: token.userId, facts, at: use.at });
}
