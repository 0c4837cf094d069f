// Shows a file in the reader's browser. It is read in a worker, which this page gives the bytes that it asks for: a file that
// is broken, or made to keep whoever reads it busy, costs the worker its life and the page nothing but words.

/** The longest that the worker may take for a step, the time for its bytes not counted. */
const PATIENCE_MS = 15_000;
/** Bytes of one request, which the worker's own budget stays within. */
const MOST_BYTES = 48 * 1024 * 1024;

/** A part of ours, by an address that the page was built with. */
function load(address) {
  return import(address);
}

class View {
  #wish;
  #holder;
  #state;
  #more;
  #worker;
  #isOver = false;
  #isReading = false;
  #timer = 0;
  #late = 0;
  #steps = 0;
  #drawing;

  constructor(holder) {
    this.#holder = holder;
    this.#wish = JSON.parse(holder.dataset.view);
    this.#state = holder.querySelector('[data-state]');
    this.#more = holder.querySelector('[data-more]');
    this.#worker = new Worker(this.#wish.worker);
  }

  begin() {
    this.#worker.addEventListener('error', () => this.#stop('broken'));
    this.#worker.addEventListener('message', ({ data }) => {
      if (data.flaw !== undefined) this.#stop(data.flaw);
      else if (data.sheet === undefined) void this.#give(data);
      else this.#show(data.sheet).catch(() => this.#stop('broken'));
    });
    const { words, start } = this.#wish;
    this.#more.addEventListener('click', () => {
      if (this.#isReading) return;
      // In the button: above the rows it would move them.
      this.#read({ more: true }, () => {
        this.#more.disabled = true;
        this.#more.textContent = words.reading;
      });
    });
    this.#read({ start }, () => this.#say(words.reading));
  }

  /** Has the worker go on; what is not there soon is said to be under way. */
  #read(wish, say) {
    this.#isReading = true;
    this.#late = setTimeout(() => say(), this.#wish.soon);
    this.#wait();
    this.#worker.postMessage(wish);
  }

  /** Nothing is under way any more. */
  #rest() {
    this.#isReading = false;
    clearTimeout(this.#late);
    this.#more.disabled = false;
    this.#more.textContent = this.#wish.words.more;
  }

  /** Says something in place of what is not there yet, or not at all. */
  #say(text, bad = false) {
    this.#state.hidden = text === '';
    this.#state.textContent = text;
    for (const name of ['bad', 'notice']) this.#state.classList.toggle(name, bad);
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#stop('slow'), PATIENCE_MS);
  }

  #stop(flaw) {
    this.#isOver = true;
    this.#worker.terminate();
    clearTimeout(this.#timer);
    this.#rest();
    this.#more.hidden = true;
    const { flaws } = this.#wish.words;
    this.#say(flaws[flaw] ?? flaws.broken, true);
  }

  async #give({ from, to }) {
    clearTimeout(this.#timer);
    try {
      const bytes = await this.#fetchRange(from, to);
      // Nobody waits for it any more, and the first thing that was said of it stands.
      if (this.#isOver) return;
      this.#wait();
      this.#worker.postMessage({ bytes }, [bytes]);
    } catch {
      if (!this.#isOver) this.#stop('unread');
    }
  }

  /** The bytes of a range, exactly as many as were asked for. */
  async #fetchRange(from, to) {
    if (to - from > MOST_BYTES) throw new Error('too many bytes');
    const answer = await fetch(this.#wish.bytes, { headers: { range: `bytes=${from}-${to - 1}` } });
    if (answer.status !== 206) {
      await answer.body?.cancel();
      throw new Error(`status ${answer.status}`);
    }
    const bytes = await answer.arrayBuffer();
    if (bytes.byteLength !== to - from) throw new Error('other bytes');
    return bytes;
  }

  async #show(sheet) {
    clearTimeout(this.#timer);
    if (this.#drawing === undefined) {
      const { begin } = await load(this.#wish.draws[sheet.kind]);
      this.#drawing = begin(this.#holder.querySelector('[data-sheet]'), this.#wish);
    }
    this.#drawing.add(sheet);
    this.#steps += 1;
    this.#say('');
    this.#rest();
    this.#more.hidden = !sheet.more;
    // Colours code, where there is some: what is loaded under one name runs once.
    if (this.#wish.highlight !== undefined) await load(`${this.#wish.highlight}?${this.#steps}`);
  }
}

for (const holder of document.querySelectorAll('[data-view]')) new View(holder).begin();
