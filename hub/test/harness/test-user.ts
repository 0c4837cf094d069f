// An ordinary user of the system, made for one test and removed with it. Only root can make one.
import { randomBytes } from 'node:crypto';
import { mustRun } from './program.ts';

/** Whether this process is root, and so can make users and mount file systems. */
export const isRoot = process.getuid?.() === 0;

/** A user of the system. */
export interface TestUser extends AsyncDisposable {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Makes a user whose home is this folder. Throws when this process is not root. */
export async function openTestUser(home: string): Promise<TestUser> {
  const name = `hft${randomBytes(4).toString('hex')}`;
  await mustRun('useradd', ['--user-group', '--no-create-home', '--home-dir', home, name]);
  const id = async (flag: string): Promise<number> => Number(await mustRun('id', [flag, name]));
  return {
    name,
    uid: await id('-u'),
    gid: await id('-g'),
    [Symbol.asyncDispose]: async () => {
      await mustRun('userdel', [name]);
    },
  };
}
