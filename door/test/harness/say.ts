// Raw words to a door.
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestDoor } from './open-world.ts';

/** Says something to the door, and gives all that it answers. */
export async function say(
  door: TestDoor,
  text: string,
  more: { readonly waitMs?: number } = {},
): Promise<string> {
  const socket = connect(join(door.out, 'door.sock'));
  let answer = '';
  socket.setEncoding('latin1').on('data', (piece) => (answer += piece));
  socket.on('error', () => undefined);
  socket.write(text, 'latin1');
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await Promise.race([ended, delay(more.waitMs ?? 20_000, undefined, { ref: false })]);
  socket.destroy();
  return answer;
}
