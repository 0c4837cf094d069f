// A repository that has another name now. Not a fault: the caller is sent there.

/** Thrown by a handler; answered with 307 and a relative Location, which clients of every era follow. */
export class Moved extends Error {
  override readonly name = 'Moved';
  readonly from: string;
  readonly to: string;

  constructor(from: string, to: string) {
    super(`moved to ${to}`);
    this.from = from;
    this.to = to;
  }

  /** The URL of a request with the old id, under the new one. */
  locate(url: string): string {
    const at = url.toLowerCase().indexOf(`/${this.from.toLowerCase()}`);
    return at === -1
      ? `/${this.to}`
      : `${url.slice(0, at)}/${this.to}${url.slice(at + this.from.length + 1)}`;
  }
}
