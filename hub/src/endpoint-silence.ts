// Whether the endpoint for checkpoints does not tell which it has last, as the supervisor says: the notary asks it, the hub only shows it.
import { EndpointState } from '@holdfast/supervisor/settings';

/** What was said last. */
export class EndpointSilence {
  #silent = false;

  /** Whether it is silent. */
  get silent(): boolean {
    return this.#silent;
  }

  /** Whether a frame says so or otherwise. */
  hear(frame: unknown): boolean {
    const state = EndpointState.safeParse(frame);
    if (state.success) this.#silent = state.data.silent;
    return state.success;
  }
}
