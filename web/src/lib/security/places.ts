// The rooms of the security centre, in groups. One that is built gets a line here. Pure.
import { type Words } from '../words/en.ts';

type Group = keyof Words['security']['groups'];
type Place = keyof Words['security']['places'];

const ROOMS: readonly (readonly [Group, readonly (readonly [Place, string])[]])[] = [
  ['now', [['overview', '/security']]],
  [
    'people',
    [
      ['users', '/security/users'],
      ['sessions', '/security/sessions'],
      ['tokens', '/security/tokens'],
    ],
  ],
  ['record', [['ledger', '/security/ledger']]],
  [
    'apps',
    [
      ['secrets', '/security/secrets'],
      ['doors', '/security/doors'],
    ],
  ],
  ['instance', [['mail', '/security/mail']]],
];

/** A room, and whether somebody is in it. */
export interface Room {
  readonly name: string;
  readonly path: string;
  readonly current: boolean;
}

/** The rooms by the name of their group. */
export function roomsOf(
  { groups, places }: Words['security'],
  path: string,
): { readonly name: string; readonly rooms: readonly Room[] }[] {
  return ROOMS.map(([group, rooms]) => ({
    name: groups[group],
    rooms: rooms.map(([place, at]) => ({
      name: places[place],
      path: at,
      current: path === at || (at !== '/security' && path.startsWith(`${at}/`)),
    })),
  }));
}
