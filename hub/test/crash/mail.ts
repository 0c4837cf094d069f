// Mail for an instance that is going to be battered: without it there is no courier to kill.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startMailServer, type TestMailServer } from '../harness/mail-server.ts';

/** Starts a mail server, and tells the instance that will start in the folder to send by it. */
export async function openMail(folder: string): Promise<TestMailServer> {
  const server = await startMailServer();
  const data = path.join(folder, 'data');
  await mkdir(data, { recursive: true, mode: 0o700 });
  const mail = { host: '127.0.0.1', port: server.port, security: 'off', from: 'hub@example.org' };
  await writeFile(path.join(data, 'config.json'), JSON.stringify({ mail }), { mode: 0o600 });
  return server;
}
