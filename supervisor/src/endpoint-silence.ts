// Whether the endpoint for checkpoints is silent, from the notary, who asks it, to the hub, which shows it to whoever watches.

/** As it is now, for the hub that runs. */
export class EndpointSilence {
  #silent = false;
  #follower: ((silent: boolean) => void) | undefined;

  /** The notary says so. */
  set(silent: boolean): void {
    this.#silent = silent;
    this.#follower?.(silent);
  }

  /** Tells this one now and whenever it changes, in place of who was told before. */
  follow(follower: (silent: boolean) => void): void {
    this.#follower = follower;
    follower(this.#silent);
  }
}
