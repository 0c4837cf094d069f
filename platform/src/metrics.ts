// Counters, gauges and histograms in the Prometheus text format, version 0.0.4.

type Labels = Readonly<Record<string, string>>;

/** A set of metrics that is shown together. */
export class Metrics {
  readonly #families = new Map<string, Family>();

  /** Declares a value that only grows. */
  counter(name: string, description: string): Counter {
    return this.#add(new Counter(name, description));
  }

  /** Declares a value that is read when it is shown. */
  gauge(name: string, description: string, read: () => number): void {
    this.#add(new Gauge(name, description, read));
  }

  /** Declares a distribution; `bounds` are the upper bounds of its buckets, rising. */
  histogram(name: string, description: string, bounds: readonly number[]): Histogram {
    return this.#add(new Histogram(name, description, bounds));
  }

  /** All metrics as text. */
  present(): string {
    return [...this.#families.values()].map((family) => family.present()).join('');
  }

  #add<T extends Family>(family: T): T {
    if (this.#families.has(family.name)) throw new Error(`metric ${family.name} is declared twice`);
    this.#families.set(family.name, family);
    return family;
  }
}

interface Family {
  readonly name: string;
  present(): string;
}

/** A value that only grows, one for each set of labels. */
export class Counter implements Family {
  readonly name: string;
  readonly #description: string;
  readonly #values = new Map<string, number>();

  constructor(name: string, description: string) {
    this.name = name;
    this.#description = description;
  }

  /** Adds to the value of these labels. Labels must come from small closed sets, never from a client. */
  add(labels: Labels, by = 1): void {
    const key = labelText(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + by);
  }

  present(): string {
    return (
      heading(this.name, this.#description, 'counter') +
      [...this.#values].map(([labels, value]) => `${this.name}${labels} ${value}\n`).join('')
    );
  }
}

class Gauge implements Family {
  readonly name: string;
  readonly #description: string;
  readonly #read: () => number;

  constructor(name: string, description: string, read: () => number) {
    this.name = name;
    this.#description = description;
    this.#read = read;
  }

  present(): string {
    return `${heading(this.name, this.#description, 'gauge')}${this.name} ${this.#read()}\n`;
  }
}

/** A distribution, one for each set of labels. */
export class Histogram implements Family {
  readonly name: string;
  readonly #description: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, { counts: number[]; sum: number; count: number }>();

  constructor(name: string, description: string, bounds: readonly number[]) {
    this.name = name;
    this.#description = description;
    this.#bounds = bounds;
  }

  /** Counts one observation. */
  observe(labels: Labels, value: number): void {
    const key = labelText(labels);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { counts: this.#bounds.map(() => 0), sum: 0, count: 0 };
      this.#series.set(key, series);
    }
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    if (bucket !== -1) series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
    series.count += 1;
  }

  present(): string {
    let text = heading(this.name, this.#description, 'histogram');
    for (const [labels, series] of this.#series) {
      let below = 0;
      this.#bounds.forEach((bound, index) => {
        below += series.counts[index] ?? 0;
        text += `${this.name}_bucket${withLabel(labels, 'le', String(bound))} ${below}\n`;
      });
      text += `${this.name}_bucket${withLabel(labels, 'le', '+Inf')} ${series.count}\n`;
      text += `${this.name}_sum${labels} ${series.sum}\n${this.name}_count${labels} ${series.count}\n`;
    }
    return text;
  }
}

function heading(name: string, description: string, type: string): string {
  return `# HELP ${name} ${description}\n# TYPE ${name} ${type}\n`;
}

// Runs twice for every request, so it makes no lists.
function labelText(labels: Labels): string {
  let text = '';
  for (const key in labels) text += `${text === '' ? '{' : ','}${key}="${escape(labels[key] ?? '')}"`;
  return text === '' ? '' : `${text}}`;
}

function withLabel(labels: string, key: string, value: string): string {
  const pair = `${key}="${value}"`;
  return labels === '' ? `{${pair}}` : `${labels.slice(0, -1)},${pair}}`;
}

function escape(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
