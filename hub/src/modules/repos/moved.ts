// A repository that has another name now. Not a refusal: the caller is sent there.

/** Thrown where a name leads to a repository that was moved, by actors who may discover it. */
export class RepoMoved extends Error {
  override readonly name = 'RepoMoved';
  /** The id that was asked for, `namespace/name`. */
  readonly from: string;
  /** The id it has now. */
  readonly to: string;

  constructor(from: string, to: string) {
    super(`${from} is now ${to}`);
    this.from = from;
    this.to = to;
  }
}
