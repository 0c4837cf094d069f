// An instance that runs apps.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { seedGround } from './app-ground.ts';
import { copyCheckout, giveFolder } from './checkout-copy.ts';
import { startInstance, type Instance } from './instance.ts';
import { mustRun, ROOT } from './program.ts';
import { openScratch } from './scratch.ts';
import { openTestUser } from './test-user.ts';

// Where nobody delegates control groups to ordinary users, nothing bounds what their apps take.
const UNLIMITED = { dangerouslyUnlimited: true };

/** One that runs. */
export interface AppInstance extends AsyncDisposable {
  readonly instance: Instance;
  readonly data: string;
  readonly checkout: string;
  /** Starts another on what it left, once it has ended. */
  readonly startAgain: () => Promise<Instance>;
  /** The file with the administrator's password. */
  readonly passwordFile: string;
}

/** How it is started. */
export interface AppInstanceOptions {
  /** Of the configuration. */
  readonly spaces?: Readonly<Record<string, unknown>>;
  /** From a checkout of its own, which the test may change; an ordinary user has one in any case. */
  readonly ownCheckout?: true;
}

/** Starts one as whoever runs this, or as an ordinary user made for it, which takes root. */
export async function openAppInstance(
  as: 'self' | 'user',
  { spaces = {}, ownCheckout }: AppInstanceOptions = {},
): Promise<AppInstance> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await openScratch('apps'));
  const user = as === 'user' ? stack.use(await openTestUser(scratch.path)) : undefined;
  const data = path.join(scratch.path, 'data');
  const isCopied = user !== undefined || ownCheckout === true;
  const checkout = isCopied ? path.join(scratch.path, 'checkout') : ROOT;
  if (isCopied) await copyCheckout(checkout);
  await mkdir(data, { mode: 0o700 });
  await writeFile(
    path.join(data, 'config.json'),
    JSON.stringify({ spaces: { ...(user !== undefined && UNLIMITED), ...spaces } }),
  );
  await seedGround(data);
  if (user !== undefined) {
    await mustRun('chown', ['-R', `${user.uid}:${user.gid}`, data, checkout]);
    await giveFolder(scratch.path, user);
  }
  const options = { folder: scratch.path, checkout, ...(user !== undefined && { user }) };
  const instance = stack.use(await startInstance(options));
  const kept = stack.move();
  const passwordFile = path.join(`${data}.keys`, 'admin.password');
  const startAgain = async (): Promise<Instance> => kept.use(await startInstance(options));
  return {
    instance,
    data,
    checkout,
    startAgain,
    passwordFile,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
