// What the person who starts Holdfast reads. Steps go to standard output, troubles to standard error.

/** Where messages go. */
export interface Console {
  /** A step that was taken, or a result. */
  step(message: string): void;
  /** Something to act on. */
  warn(message: string): void;
  /** A fact for programs; shown only when they asked for JSON. */
  event(name: string, facts: Readonly<Record<string, unknown>>): void;
  /** Whether a person looks at standard output. */
  readonly terminal: boolean;
}

/** A stream that takes text. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Messages as lines of text, or as one JSON object a line. */
export function openConsole(
  sinks: { readonly out: TextSink; readonly error: TextSink },
  json: boolean,
): Console {
  const print = (sink: TextSink, fields: object, text: string): void => {
    sink.write(json ? `${JSON.stringify(fields)}\n` : `${text}\n`);
  };
  return {
    step: (message) => {
      print(sinks.out, { event: 'step', message }, message);
    },
    warn: (message) => {
      print(sinks.error, { event: 'warning', message }, `Warning: ${message}`);
    },
    event: (name, facts) => {
      if (json) sinks.out.write(`${JSON.stringify({ event: name, ...facts })}\n`);
    },
    terminal: !json && sinks.out.isTTY === true,
  };
}
