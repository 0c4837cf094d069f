// The `.gitattributes` of many folders together, as git reads them: for each attribute of a file the deepest folder that
// says something of it decides, and in one folder the last line that matches.
import { Attributes, MAX_STEPS, type AttributeValue, type PathAttributes } from './attributes.ts';
import { Steps } from './pattern.ts';

/** What the root and the folders below it say. */
export class AttributeTree implements PathAttributes {
  readonly #root: Attributes;
  readonly #below = new Map<string, Attributes>();

  /** @param text of the file at the root; only there can macros be defined */
  constructor(text: string) {
    this.#root = new Attributes(text);
  }

  /** Adds the text of the file in a folder, such as `a/b`. */
  add(folder: string, text: string): void {
    this.#below.set(folder, new Attributes(text, this.#root));
  }

  of(path: string): ReadonlyMap<string, AttributeValue> {
    const steps = new Steps(MAX_STEPS, '.gitattributes');
    const known = new Map<string, AttributeValue>();
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
      this.#below.get(path.slice(0, end))?.addTo(known, path.slice(end + 1), steps);
    this.#root.addTo(known, path, steps);
    return known;
  }
}
