// How the embedded server is run. Everything that matters is on its command line, which neither ALTER SYSTEM nor a
// changed configuration file can override.

/** The only way in: the Unix socket, with a password that is never sent. No line is `trust`, not even for the superuser. */
export const HBA_FILE = `# Written at every start; edits are lost.
local all all scram-sha-256
`;

/** The superuser. Used by the preparation alone, never by the hub. */
export const SUPERUSER = 'holdfast_superuser';

/** Where the socket is within its folder: the port only names the file. */
export const SOCKET_PORT = 5432;

/** The socket's name in its folder. */
export const SOCKET_NAME = `.s.PGSQL.${String(SOCKET_PORT)}`;

/** Arguments of `initdb`. The password comes on standard input: no file on disk ever holds it. */
export function initdbArguments(folder: string): string[] {
  return [
    '--pgdata',
    folder,
    '--username',
    SUPERUSER,
    '--pwfile',
    '/dev/stdin',
    '--auth',
    'scram-sha-256',
    '--encoding',
    'UTF8',
    // The built-in provider sorts by code point and does not change with the system's C library or the old ICU
    // in the package, so that an upgrade of either cannot corrupt an index.
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
    '--locale',
    'C.UTF-8',
    '--lc-messages',
    'C',
    '--data-checksums',
    '--no-instructions',
  ];
}

/** What differs from start to start. */
export interface ServerOptions {
  readonly folder: string;
  readonly socketFolder: string;
  readonly hbaFile: string;
  /** Octal, as text: whether users other than the server's own may knock at the socket. */
  readonly socketPermissions: string;
  readonly maxConnections: number;
  readonly sharedBuffers: string;
}

/** Arguments of `postgres`. */
export function serverArguments(options: ServerOptions): string[] {
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: '',
    port: String(SOCKET_PORT),
    unix_socket_directories: options.socketFolder,
    unix_socket_permissions: options.socketPermissions,
    hba_file: options.hbaFile,
    allow_alter_system: 'off',
    password_encryption: 'scram-sha-256',
    // A commit that was acknowledged survives a power cut.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    max_connections: String(options.maxConnections),
    shared_buffers: options.sharedBuffers,
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '%m [%p] %q%u@%d ',
    log_timezone: 'UTC',
    timezone: 'UTC',
    // Statements can hold what must not be in a log.
    log_statement: 'none',
    log_min_error_statement: 'panic',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_checkpoints: 'off',
  };
  return [
    '-D',
    options.folder,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** The line with which the server says that it takes connections. */
export const READY_LINE = 'database system is ready to accept connections';
