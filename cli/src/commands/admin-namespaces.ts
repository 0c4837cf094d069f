// `./holdfast admin user rename`, `delete`, `admin org rename`, `delete`.
import { requestAdmin } from '../admin-client.ts';
import { type Call, type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { printResult } from '../print.ts';

/** Gives a user another name. */
export const renameUser = renameOf('user', 'a user');
/** Gives an organisation another name. */
export const renameOrg = renameOf('org', 'an organisation');
/** Deletes a user. */
export const deleteUser = deleteOf('user', 'a user');
/** Deletes an organisation. */
export const deleteOrg = deleteOf('org', 'an organisation');

function renameOf(kind: 'user' | 'org', what: string): Command {
  return {
    name: `admin ${kind} rename`,
    doc: `Give ${what} another name; the old one leads there and stays taken`,
    words: ['NAME', 'NEW'],
    flags: {},
    run: async (call) => {
      const to = call.rest[1] ?? '';
      return await act(call, { act: 'rename', body: { kind, to }, said: `is now ${to}` });
    },
  };
}

function deleteOf(kind: 'user' | 'org', what: string): Command {
  return {
    name: `admin ${kind} delete`,
    doc: `Delete ${what} that has no repositories, for good; the name stays taken`,
    words: ['NAME'],
    flags: {},
    run: async (call) => await act(call, { act: 'delete', body: { kind }, said: 'was deleted' }),
  };
}

async function act(
  call: Call,
  wish: { readonly act: string; readonly body: object; readonly said: string },
): Promise<number> {
  const [name = ''] = call.rest;
  const path = ['namespaces', name, wish.act];
  const answer = await requestAdmin(call, { method: 'POST', path, body: wish.body });
  printResult(call.json, answer, `${name} ${wish.said}`);
  return EXIT.done;
}
