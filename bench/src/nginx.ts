// nginx as a yardstick: what it takes to send the same bytes.
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { startProgram, type Running } from './program.ts';

/** Debian's settings where they matter (sendfile, tcp_nopush), one worker, and no log to slow it down. */
export async function startNginx(folder: string, port: number): Promise<Running> {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const settings = path.join(folder, 'nginx.conf');
  await writeFile(
    settings,
    `worker_processes 1; daemon off; error_log stderr crit; pid ${folder}/nginx.pid;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 256; }
http {
  sendfile on; tcp_nopush on; access_log off;
  ${places.map((place) => `${place}_temp_path ${folder}/${place};`).join(' ')}
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`,
  );
  const running = startProgram('nginx', ['-c', settings, '-e', 'stderr'], { signal: 'SIGTERM' });
  for (let tries = 0; tries < 100; tries += 1) {
    const answered = await fetch(`http://127.0.0.1:${port}/nginx.conf`).catch(() => undefined);
    if (answered?.ok === true) return running;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await running[Symbol.asyncDispose]();
  throw new Error('nginx did not start');
}

/** A port that nothing listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
