// The door of one build: it serves package indexes on the socket that it was given, and ends with the channel.
import { openInheritedChannel } from '@holdfast/platform/channel';
import { BuildDoorStart, type FromBuildDoor } from './frames.ts';
import { Gateway } from './gateway.ts';
import { createGatewayServer, type OnRefused } from './server.ts';

/** The listening Unix socket that a build's requests come by. */
const SOCKET_FD = 4;
/** What is told of refusals, at most: code in a build could make any number. */
const MOST_TOLD = 200;

await using channel = openInheritedChannel();
using gateway = new Gateway(BuildDoorStart.parse(await channel.next()));
const tell = (frame: FromBuildDoor): void => {
  channel.send(frame);
};
const server = createGatewayServer(
  gateway,
  upTo(MOST_TOLD, (what, why) => {
    tell({ type: 'refused', what: what.slice(0, 300), why: why.slice(0, 300) });
  }),
);
server.listen({ fd: SOCKET_FD }, () => {
  tell({ type: 'ready' });
});
await channel.closed;
server.close();
server.closeAllConnections();

function upTo(most: number, onRefused: OnRefused): OnRefused {
  let told = 0;
  return (what, why) => {
    told += 1;
    if (told <= most) onRefused(what, why);
  };
}
