// Every command, in the order in which the help shows them.
import { type Command } from './command.ts';
import { start } from './commands/start.ts';

/** All commands. */
export const COMMANDS: readonly Command[] = [start];
