// The outside of an instance, played: this program runs in a network of its own, and answers there for the hosts of
// providers. What they want to be asked with comes on standard input, which ends when the test does.
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { playHosts, type Wanted } from '@holdfast/door/played/played-hosts';

const [folder = ''] = process.argv.slice(2);

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const key = {
  key: readFileSync(path.join(folder, 'server.key')),
  cert: readFileSync(path.join(folder, 'server.pem')),
};
const hosts = playHosts(tell, folder, (await json(process.stdin)) as Wanted);
for (const [server, port] of [
  [createHttp(hosts), 80],
  [createHttps(key, hosts), 443],
] as const)
  server.listen(port, () => {
    tell({ serves: port });
  });
