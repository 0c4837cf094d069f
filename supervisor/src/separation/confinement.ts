// What one child may see and as whom it runs, said without regard to how that is enforced.

/** A system user by name and numbers. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A folder or file that the child sees. */
export interface Mount {
  /** Where it is on the host. */
  readonly from: string;
  /** Where the child finds it in a sandbox. Short and constant, so that nothing of the host's layout shows. */
  readonly to: string;
  readonly access: 'read' | 'write';
}

/** The bounds of one child. */
export interface Confinement {
  readonly mounts: readonly Mount[];
  /** The user to become when started as root. */
  readonly account: Account | undefined;
  /** Whether it may reach the network. Sockets it inherited work without. */
  readonly network: boolean;
  /** Whether it makes sandboxes of its own. Started as root, it then gets a range of users for them. */
  readonly makesSandboxes?: boolean;
}
