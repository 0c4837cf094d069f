// nginx with TLS in front of an instance, configured as docs/proxy.md says, with a certificate authority of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeCertificates } from './certificates.ts';
import { plainEnvironment, ROOT } from './program.ts';
import { openScratch } from './scratch.ts';

/** A running nginx. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** The certificate of the authority that signed the server's, for clients to trust. */
  readonly authority: string;
}

/** A port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The configuration block of docs/proxy.md, so that what is documented is what is tested. */
async function documentedServer(): Promise<string> {
  const text = await readFile(path.join(ROOT, 'docs/proxy.md'), 'utf8');
  const block = /```nginx\n([\s\S]*?)```/.exec(text)?.[1];
  if (block === undefined) throw new Error('docs/proxy.md holds no nginx configuration');
  return block;
}

/** Starts nginx on a port, in front of the instance on another. */
export async function startNginx(port: number, upstreamPort: number): Promise<Proxy> {
  const scratch = await openScratch('nginx');
  await chmod(scratch.path, 0o755);
  await makeCertificates(scratch.path);
  const server = (await documentedServer())
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${upstreamPort}`)
    .replaceAll(/^(\s*listen) 443 ssl;$/gm, `$1 127.0.0.1:${port} ssl;`)
    .replaceAll(/^\s*listen \[::\].*$/gm, '')
    .replaceAll(/(ssl_certificate) [^;]+;/g, `$1 ${scratch.path}/server.pem;`)
    .replaceAll(/(ssl_certificate_key) [^;]+;/g, `$1 ${scratch.path}/server.key;`)
    .replaceAll('hub.example.org', 'localhost');
  await writeFile(path.join(scratch.path, 'nginx.conf'), configuration(scratch.path, server));
  const nginx = spawn('nginx', ['-p', scratch.path, '-c', `${scratch.path}/nginx.conf`], {
    env: plainEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await waitForPort(port);
  return {
    url: `https://localhost:${port}`,
    authority: path.join(scratch.path, 'authority.pem'),
    [Symbol.asyncDispose]: async () => {
      const ended = once(nginx, 'exit');
      nginx.kill('SIGTERM');
      await ended;
      await scratch[Symbol.asyncDispose]();
    },
  };
}

function configuration(folder: string, server: string): string {
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  return `${user}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log off;
  ${temporary.join('\n  ')}
${server}
}
`;
}

async function waitForPort(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const socket = net.connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await delay(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}
