// What the test tells the intruder of the machine it cannot see: more than a real one would know.

/** Where things are outside. */
export interface Order {
  /** The supervisor, PostgreSQL with its sessions, and the test itself. */
  readonly pids: readonly number[];
  /** Keys, data and sockets by their paths on the host. */
  readonly paths: readonly string[];
  /** SHA-256 of passwords that the hub must not have, by name. */
  readonly digests: Readonly<Record<string, string>>;
  /** An abstract socket and a port on loopback that somebody listens on. */
  readonly abstract: string;
  readonly port: number;
  /** Users to become: PostgreSQL's, and root. */
  readonly uids: readonly number[];
}

/** The frame that the hub was started with, as far as the intruder uses it. */
export interface StolenStart {
  readonly settings: {
    readonly objects: string;
    readonly spaces: { readonly sources: string } | null;
    readonly postgres: {
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly user: string;
    };
  };
  readonly secrets: { readonly postgresPassword: string; readonly hubKey: string };
}
