// Whether the endpoint for checkpoints is silent, from the notary, who asks it, to the hub, which shows it to whoever watches.

/** As it is now, for the hub that runs. */
export class EndpointSilence {
  #silent = false;
  #follower: ((silent: boolean) => void) | undefined;

  /** The notary says so. */
  set(silent: boolean): void {
    if (silent === this.#silent) return;
    this.#silent = silent;
    this.#follower?.(silent);
  }

  /** Tells this one whenever it changes, and now if it is silent, in place of who was told before. */
  follow(follower: (silent: boolean) => void): void {
    this.#follower = follower;
    // Whoever begins believes that it tells.
    if (this.#silent) follower(true);
  }
}
