// Why the door of a build gives nothing: a status and a sentence, which the program that asked shows to its user.

/** A request that gets no bytes. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
