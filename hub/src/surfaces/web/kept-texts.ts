// Keeps what was made of texts, by what they are: a card is read by many, and to read Markdown takes most of the time that its
// page takes. Whoever asks has read the text itself before, so that nobody is shown what is not for them.

/** Letters that are kept at most, by everybody. */
const ROOM = 16 * 1024 * 1024;
/** What is longer is not kept: a few would take all of the room. */
const LONGEST = 1024 * 1024;

/** Texts by name; those that were not asked for longest go first. */
export class KeptTexts {
  readonly #texts = new Map<string, string>();
  readonly #room: number;
  #letters = 0;

  constructor(room = ROOM) {
    this.#room = room;
  }

  /** The text of this name, made where it is not kept. */
  get(name: string, make: () => string): string {
    const kept = this.#texts.get(name);
    if (kept !== undefined) {
      this.#texts.delete(name);
      this.#texts.set(name, kept);
      return kept;
    }
    const made = make();
    if (name.length + made.length <= LONGEST) this.#keep(name, made);
    return made;
  }

  #keep(name: string, made: string): void {
    this.#texts.set(name, made);
    this.#letters += name.length + made.length;
    for (const [first, text] of this.#texts) {
      if (this.#letters <= this.#room) return;
      this.#texts.delete(first);
      this.#letters -= first.length + text.length;
    }
  }
}
