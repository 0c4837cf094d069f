// How far an upload is, and how long the rest takes: what is read and what is sent have a pace each.

/** What a byte costs that is read, where one that is sent costs one. */
const READING = 0.1;
/** Nobody can tell how long work takes that has just begun. */
const LEAST_MS = 1_000;

/** Work of one kind, with a pace of its own: how much of it there is, and how long what is done took. */
class Part {
  total;
  done = 0;
  took = 0;

  constructor(total) {
    this.total = total;
  }

  /** Seconds for the rest at the pace so far; none that is finite while nobody can tell. */
  get left() {
    if (this.done >= this.total) return 0;
    if (this.took < LEAST_MS) return Infinity;
    return ((this.took / this.done) * (this.total - this.done)) / 1_000;
  }
}

/** Shows how much of all is done, and how long the rest takes. */
export class Progress {
  #shown;
  #reading;
  #sending;

  /** `shown` is where: `bar` and `says`; beside the words and the language. */
  constructor(shown, { reading, sending }) {
    this.#shown = shown;
    this.#reading = new Part(reading);
    this.#sending = new Part(sending);
    this.#show();
  }

  /** Reads so many bytes; the work tells how far it is. */
  async read(size, work) {
    return await this.#during(this.#reading, size, work);
  }

  /** Sends so many. */
  async send(size, work) {
    return await this.#during(this.#sending, size, work);
  }

  /** So many need not be sent, and say nothing of the pace. */
  spare(size) {
    this.#sending.total -= size;
    this.#show();
  }

  async #during(part, size, work) {
    const [before, took, began] = [part.done, part.took, performance.now()];
    let now = 0;
    const tell = (done) => {
      now = Math.min(done, size);
      part.done = before + now;
      part.took = took + performance.now() - began;
      this.#show();
    };
    // Where nothing moves the rest takes longer, and that is to be seen as well.
    const clock = setInterval(() => tell(now), 1_000);
    try {
      const made = await work(tell);
      tell(size);
      return made;
    } finally {
      clearInterval(clock);
    }
  }

  #show() {
    const { bar, says, words, locale } = this.#shown;
    const [reading, sending] = [this.#reading, this.#sending];
    const all = reading.total * READING + sending.total;
    bar.value = all === 0 ? 1 : Math.min(1, (reading.done * READING + sending.done) / all);
    const percent = new Intl.NumberFormat(locale, { style: 'percent', roundingMode: 'floor' });
    const left = Math.ceil(reading.left + sending.left);
    const rest = Number.isFinite(left) ? ` · ${timeOf(left)} ${words.left}` : '';
    says.textContent = `${percent.format(bar.value)}${rest}`;
  }
}

/** A time as `1 h 5 min` or `40 s`: no more of it than is known. */
function timeOf(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
