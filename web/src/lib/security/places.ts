// The rooms of the security centre, in groups: those of the instance, for who administers it, and those of each organisation, for who
// administers that. One that is built gets a line here. Pure.
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

const ORG_ROOMS = ['members', 'tokens', 'ledger', 'secrets', 'doors'] as const;

/** A room, and whether somebody is in it. */
export interface Room {
  readonly name: string;
  readonly path: string;
  readonly current: boolean;
}

/** Rooms, by the name of their group. */
export interface RoomGroup {
  readonly name: string;
  /** Its rooms have names that others have too, or are no rooms of the instance: its own name is said also where there is little width. */
  readonly apart?: true;
  readonly rooms: readonly Room[];
}

/** For whom the rooms are: who administers the instance, and which organisations. `org`: the one whose rooms are open. */
export interface Overseer {
  readonly oversees: boolean;
  readonly owned: readonly string[];
  readonly org: string | undefined;
}

/** Organisations that are named beside the rooms; all are in their list. */
const MOST_NAMED = 8;

/** Where the rooms of an organisation are. */
export function orgBase(org: string): string {
  return `/security/organizations/${encodeURIComponent(org)}`;
}

/** The rooms by their groups. */
export function roomsOf(
  words: Words['security'],
  path: string,
  { oversees, owned, org }: Overseer,
): RoomGroup[] {
  const { groups, places } = words;
  const room = (name: string, at: string): Room => ({
    ...{ name, path: at },
    current: path === at || (at !== '/security' && at !== org && path.startsWith(`${at}/`)),
  });
  const ofInstance = ROOMS.map(([group, rooms]) => ({
    name: groups[group],
    rooms: rooms.map(([place, at]) => room(places[place], at)),
  }));
  const named = owned.length <= MOST_NAMED ? owned : [];
  const list = {
    name: words.org.title,
    path: '/security/organizations',
    current: path === '/security/organizations',
  };
  const ofOrgs = {
    name: groups.organizations,
    apart: true as const,
    // The one whose rooms are open stands below with them.
    rooms: [
      ...(owned.length > MOST_NAMED ? [list] : []),
      ...named.filter((name) => name !== org).map(openOrg),
    ],
  };
  return [
    ...(oversees ? ofInstance : []),
    ...(ofOrgs.rooms.length > 0 ? [ofOrgs] : []),
    ...(org === undefined ? [] : [{ name: org, apart: true as const, rooms: orgRooms(words, path, org) }]),
  ];
}

// The room within it is the one that somebody is in.
function openOrg(name: string): Room {
  return { name, path: orgBase(name), current: false };
}

function orgRooms({ org: { places } }: Words['security'], path: string, org: string): Room[] {
  const base = orgBase(org);
  return [
    { name: places.overview, path: base, current: path === base },
    ...ORG_ROOMS.map((place) => {
      // What a token may reach is decided where the organisation says what it asks.
      const at =
        place === 'tokens' ? `/account/organizations/${encodeURIComponent(org)}#tokens` : `${base}/${place}`;
      return { name: places[place], path: at, current: path === at || path.startsWith(`${at}/`) };
    }),
  ];
}
