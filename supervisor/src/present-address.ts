// What a newcomer needs once the hub serves: where it is, and lines to paste.
import { isIPv6 } from 'node:net';
import { join, relative } from 'node:path';
import { postgresPasswordFile } from './keys.ts';
import { SUPERUSER } from './postgres/command-line.ts';
import { type Settings } from './settings.ts';
import { type Site } from './site.ts';

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** The address to open from this machine, when no public one is set. */
export function localAddress(listen: string, port: number): string {
  const everywhere = listen === '0.0.0.0' || listen === '::';
  const host = everywhere || isLoopback(listen) ? 'localhost' : isIPv6(listen) ? `[${listen}]` : listen;
  return `http://${host}:${String(port)}`;
}

// As it must be typed in another terminal in this folder, where our variables are not set.
function commandFor({ layout, checkout }: Site): string {
  const program = join(checkout, 'holdfast');
  const shown = relative(process.cwd(), program) === 'holdfast' ? './holdfast' : quote(program);
  return layout.data === join(checkout, 'data') ? shown : `HOLDFAST_DATA=${quote(layout.data)} ${shown}`;
}

function quote(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** Prints the address and an example. */
export function presentAddress(settings: Settings, site: Site): void {
  const { console, config } = site;
  const command = commandFor(site);
  const address = settings.publicUrl ?? localAddress(config.listen.address, settings.port);
  console.step(`Holdfast ${site.version} serves ${address}`);
  if (settings.publicUrl === null && !isLoopback(config.listen.address))
    console.warn(
      'HOLDFAST_LISTEN opens the hub to other machines, but without HOLDFAST_URL it answers requests for localhost alone. Set HOLDFAST_URL to its public address',
    );
  console.step(`
To use it with the hf command (in another terminal):

    export HF_ENDPOINT=${address}
    export HF_TOKEN=$(${command} admin token create --user admin --name laptop --role write)
    hf upload admin/my-model ./my-model
    hf download admin/my-model

Ctrl-C stops it. Logs are in ${site.layout.logs}`);
  console.event('ready', { address, port: settings.port, instance: settings.instance, pid: process.pid });
}

/** Says how the database alone is reached, for dumps and restores. */
export function presentDatabase({ console, layout, config }: Site): void {
  const { keys } = config.folders;
  console.step(`PostgreSQL runs alone. With the programs of PostgreSQL 18 (psql, pg_dump, pg_restore):

    export PGHOST=${quote(join(layout.run, 'postgres'))} PGUSER=${SUPERUSER}
    export PGPASSWORD=$(cat ${quote(postgresPasswordFile(keys))})

Ctrl-C stops it.`);
  console.event('postgres', { socket: join(layout.run, 'postgres'), user: SUPERUSER });
}
