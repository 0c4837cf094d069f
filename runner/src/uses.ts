// Which folders somebody uses, and how many do: what is used is not removed.

/** Folders in use. */
export class Uses {
  readonly #counts = new Map<string, number>();

  /** Whether anybody uses it. */
  has(path: string): boolean {
    return this.#counts.has(path);
  }

  /** Uses these until the result is disposed of; a second time changes nothing. */
  hold(paths: readonly string[]): Disposable {
    for (const path of paths) this.#counts.set(path, (this.#counts.get(path) ?? 0) + 1);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        for (const path of paths) this.#letGo(path);
      },
    };
  }

  #letGo(path: string): void {
    const left = (this.#counts.get(path) ?? 0) - 1;
    if (left > 0) this.#counts.set(path, left);
    else this.#counts.delete(path);
  }
}
