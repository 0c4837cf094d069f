// What a newcomer needs once the hub serves: where it is, and lines to paste.
import { isIPv6 } from 'node:net';
import { type Settings } from './settings.ts';
import { type Site } from './site.ts';

/** The address to open from this machine, when no public one is set. */
export function localAddress(listen: string, port: number): string {
  const everywhere = listen === '0.0.0.0' || listen === '::';
  const loopback = listen === '127.0.0.1' || listen === '::1';
  const host = everywhere || loopback ? 'localhost' : isIPv6(listen) ? `[${listen}]` : listen;
  return `http://${host}:${String(port)}`;
}

/** Prints the address and an example. */
export function presentAddress(settings: Settings, site: Site): void {
  const { console, config } = site;
  const address = settings.publicUrl ?? localAddress(config.listen.address, settings.port);
  console.step(`Holdfast ${site.version} serves ${address}`);
  console.step(`
To use it with the hf command (in another terminal, from this folder):

    export HF_ENDPOINT=${address} HF_HUB_DISABLE_XET=1
    export HF_TOKEN=$(./holdfast admin token create --user admin --name laptop --role write)
    hf upload admin/my-model ./my-model
    hf download admin/my-model

Ctrl-C stops it. Logs are in ${site.layout.logs}`);
  console.event('ready', { address, port: settings.port, instance: settings.instance, pid: process.pid });
}
