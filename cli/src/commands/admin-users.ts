// `./holdfast admin user …`.
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { CreatedUser, NewPassword, Ownerless, User } from '../answers.ts';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { formatTable, printResult } from '../print.ts';
import { doneOrTaken } from '../taken.ts';

/** Makes a user and shows the password once. */
export const createUser: Command = {
  name: 'admin user create',
  doc: 'Make a user; the password is shown once',
  words: ['NAME'],
  flags: {
    email: { value: 'ADDRESS', doc: 'Mail address', required: true },
    admin: { doc: 'An administrator' },
  },
  run: async (call) => {
    const body = { name: call.rest[0], email: call.flags['email'], admin: call.flags['admin'] === true };
    const answer = await requestAdmin(call, { method: 'POST', path: ['users'], body });
    const { name, password } = CreatedUser.parse(answer);
    const shown = password === undefined ? '' : `; the password, shown this once, is\n${password}`;
    printResult(call.json, answer, `Made the user ${name}${shown}`);
    return EXIT.done;
  },
};

/** Lists users. */
export const listUsers: Command = {
  name: 'admin user list',
  doc: 'List users',
  words: [],
  flags: {},
  run: async (call) => {
    const answer = await requestAdmin(call, { method: 'GET', path: ['users'] });
    const rows = z
      .array(User)
      .parse(answer)
      .map((user) => [
        user.name,
        user.email ?? '',
        user.admin === true ? 'administrator' : 'user',
        user.disabledAt ? `disabled ${user.disabledAt}` : 'active',
        user.createdAt ?? '',
      ]);
    printResult(call.json, answer, formatTable(['NAME', 'EMAIL', 'KIND', 'STATE', 'CREATED'], rows));
    return EXIT.done;
  },
};

/** Disables a user; every credential of theirs stops working. */
export const disableUser: Command = {
  name: 'admin user disable',
  doc: 'Disable a user and everything they sign in with',
  words: ['NAME'],
  flags: {},
  run: async (call) => {
    const [name = ''] = call.rest;
    const answer = await requestAdmin(call, { method: 'POST', path: ['users', name, 'disable'] });
    const asked = `${name} is disabled`;
    const done = `Disabled ${name}${mendOwnerless(answer)}`;
    printResult(call.json, answer, doneOrTaken(answer, { done, asked }));
    return EXIT.done;
  },
};

/** Ends all sessions of a user. */
export const signOutUser: Command = {
  name: 'admin user sign-out',
  doc: 'End all sessions of a user; their tokens work on',
  words: ['NAME'],
  flags: {},
  run: async (call) => {
    const [name = ''] = call.rest;
    const answer = await requestAdmin(call, { method: 'POST', path: ['users', name, 'sign-out'] });
    const asked = `${name} is signed out`;
    printResult(call.json, answer, doneOrTaken(answer, { done: `Signed ${name} out everywhere`, asked }));
    return EXIT.done;
  },
};

/** Lets a disabled user in again. */
export const enableUser: Command = {
  name: 'admin user enable',
  doc: 'Let a disabled user in again, with the tokens that are still good',
  words: ['NAME'],
  flags: {},
  run: async (call) => {
    const [name = ''] = call.rest;
    const answer = await requestAdmin(call, { method: 'POST', path: ['users', name, 'enable'] });
    printResult(call.json, answer, `Enabled ${name}`);
    return EXIT.done;
  },
};

/** Makes a user an administrator of the instance. */
export const promoteUser = setAdministrator('promote', true);
/** Makes an administrator an ordinary user. */
export const demoteUser = setAdministrator('demote', false);

/** What is to be done about organisations that nobody administers now, if there are any. */
function mendOwnerless(answer: unknown): string {
  return Ownerless.parse(answer)
    .ownerless.map(
      (org) =>
        `\nNobody who can administers ${org} now; \`./holdfast admin org member ${org} --user NAME --role admin\` says who does`,
    )
    .join('');
}

function setAdministrator(word: string, administrator: boolean): Command {
  return {
    name: `admin user ${word}`,
    doc: administrator ? 'Make a user an administrator' : 'Make an administrator an ordinary user',
    words: ['NAME'],
    flags: {},
    run: async (call) => {
      const [name = ''] = call.rest;
      const path = ['users', name, 'administrator'];
      const answer = await requestAdmin(call, { method: 'POST', path, body: { administrator } });
      const done = `${name} is now ${administrator ? 'an administrator' : 'an ordinary user'}`;
      printResult(call.json, answer, doneOrTaken(answer, { done, asked: done }));
      return EXIT.done;
    },
  };
}

/** Gives a user a new password and prints it alone. */
export const resetPassword: Command = {
  name: 'admin user reset-password',
  doc: 'Give a user a new password; it alone is printed, once',
  words: ['NAME'],
  flags: {},
  run: async (call) => {
    const [name = ''] = call.rest;
    const answer = await requestAdmin(call, { method: 'POST', path: ['users', name, 'reset-password'] });
    printResult(call.json, answer, NewPassword.parse(answer).password);
    return EXIT.done;
  },
};

/** Removes a second factor that was lost. */
export const removeSecondFactor: Command = {
  name: 'admin user remove-second-factor',
  doc: 'Remove the second factor of a user who has lost the device and the recovery codes',
  words: ['NAME'],
  flags: {},
  run: async (call) => {
    const [name = ''] = call.rest;
    const answer = await requestAdmin(call, {
      method: 'POST',
      path: ['users', name, 'remove-second-factor'],
    });
    const done = `${name} signs in with the password alone now${mendOwnerless(answer)}`;
    printResult(call.json, answer, done);
    return EXIT.done;
  },
};

/** Undoes the connection to single sign-on. */
export const disconnectUser: Command = {
  name: 'admin user disconnect',
  doc: 'Undo the connection of a user to single sign-on, and end their sessions',
  words: ['NAME'],
  flags: {},
  run: async (call) => {
    const [name = ''] = call.rest;
    const answer = await requestAdmin(call, { method: 'POST', path: ['users', name, 'disconnect'] });
    printResult(call.json, answer, `${name} is not connected to single sign-on any more`);
    return EXIT.done;
  },
};
