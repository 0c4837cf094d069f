// How it is said that the hub took what it cannot record yet.
import { Removed } from './answers.ts';

/** What was done; where the database is away, what the hub does about it. */
export function doneOrTaken(
  answer: unknown,
  { done, asked }: { readonly done: string; readonly asked: string },
): string {
  if (Removed.parse(answer).recorded) return done;
  return (
    'The database is away. This hub acts on it from now on, and does and records it as soon as the database is back; ' +
    `other hubs of the same database learn it then. Taken: ${asked}`
  );
}
