// `./holdfast admin org …`.
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { Org } from '../answers.ts';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { formatTable, printResult } from '../print.ts';
import { doneOrTaken } from '../taken.ts';

/** Makes an organisation. */
export const createOrg: Command = {
  name: 'admin org create',
  doc: 'Make an organisation',
  words: ['NAME'],
  flags: { owner: { value: 'USER', doc: 'Its first administrator', required: true } },
  run: async (call) => {
    const body = { name: call.rest[0], owner: call.flags['owner'] };
    const answer = await requestAdmin(call, { method: 'POST', path: ['orgs'], body });
    printResult(call.json, answer, `Made the organisation ${Org.parse(answer).name}`);
    return EXIT.done;
  },
};

/** Lists organisations. */
export const listOrgs: Command = {
  name: 'admin org list',
  doc: 'List organisations',
  words: [],
  flags: {},
  run: async (call) => {
    const answer = await requestAdmin(call, { method: 'GET', path: ['orgs'] });
    const rows = z
      .array(Org)
      .parse(answer)
      .map((org) => [org.name, org.createdAt ?? '']);
    printResult(call.json, answer, formatTable(['NAME', 'CREATED'], rows));
    return EXIT.done;
  },
};

/** Sets a member's role. */
export const putMember: Command = {
  name: 'admin org member',
  doc: "Make a user a member of an organisation, or change a member's role",
  words: ['NAME'],
  flags: {
    user: { value: 'USER', doc: 'The member', required: true },
    role: { value: 'read|contributor|write|admin', doc: 'What they may do', required: true },
  },
  run: async (call) => {
    const [name = ''] = call.rest;
    const body = { user: call.flags['user'], role: call.flags['role'] };
    const answer = await requestAdmin(call, { method: 'POST', path: ['orgs', name, 'members'], body });
    const [user, role] = [String(body.user), String(body.role)];
    // Only the database knows their role: while it is away this takes, and never gives.
    const asked = `${user} is at most ${role} in ${name}`;
    printResult(call.json, answer, doneOrTaken(answer, { done: `${user} is now ${role} in ${name}`, asked }));
    return EXIT.done;
  },
};

/** Ends a membership. */
export const removeMember: Command = {
  name: 'admin org remove-member',
  doc: 'Take a user out of an organisation',
  words: ['NAME'],
  flags: { user: { value: 'USER', doc: 'The member', required: true } },
  run: async (call) => {
    const [name = ''] = call.rest;
    const user = String(call.flags['user']);
    const path = ['orgs', name, 'members', 'remove'];
    const answer = await requestAdmin(call, { method: 'POST', path, body: { user } });
    const done = `${user} is no longer in ${name}`;
    printResult(call.json, answer, doneOrTaken(answer, { done, asked: done }));
    return EXIT.done;
  },
};
