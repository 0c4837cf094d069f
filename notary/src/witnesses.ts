// Witnesses as C2SP's tlog-witness has them: each gets the newest checkpoint with the size that it had last and a proof that this tree
// continues that one, and answers with its signature. So what it signs is one line of trees, and nobody can show somebody another one.
import { type Db } from '@holdfast/platform/postgres/database';
import { type Log } from '@holdfast/platform/log';
import { postToWitness, type WitnessAnswer } from './endpoint.ts';
import { Target } from './target.ts';
import { TreeReader } from './tree-store.ts';
import { consistencyProof } from './tree/proof.ts';

/** As the protocol has it. */
const SIZE_TYPE = 'text/x.tlog.size';

const SIGNATURE = /^— \S+ [A-Za-z0-9+/]+={0,2}$/m;

/** What the witnesses answered to one checkpoint. */
type Listener = (note: string, answer: string) => Promise<void>;

interface WitnessDeps {
  readonly db: Db;
  readonly log: Log;
}

/** All that are asked. */
export class Witnesses implements AsyncDisposable {
  readonly #targets: readonly Target[];
  #answered: Listener = () => Promise.resolve();

  constructor(prefixes: readonly string[], { db, log }: WitnessDeps) {
    this.#targets = prefixes.map((prefix) => {
      const witness = new Witness(prefix, db);
      const put = async (note: string): Promise<void> => await this.#answered(note, await witness.ask(note));
      // Its path may be what keeps others from it.
      return new Target(`the witness at ${new URL(prefix).host}`, put, log);
    });
  }

  /** Has their signatures looked at. One listener. */
  onAnswer(listener: Listener): void {
    this.#answered = listener;
  }

  /** Hands over the newest checkpoint. */
  offer(note: string): void {
    for (const target of this.#targets) target.offer(note);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#targets.map(async (target) => await target.finish()));
  }
}

class Witness {
  readonly #url: string;
  readonly #db: Db;
  /** The size that it had last, as far as is known here; it says so itself where that is another. */
  #size = 0;

  constructor(prefix: string, db: Db) {
    this.#url = `${prefix.replace(/\/+$/, '')}/add-checkpoint`;
    this.#db = db;
  }

  /** What it signs the checkpoint with. Throws an `Error` when it does not. */
  async ask(note: string): Promise<string> {
    const size = Number(note.split('\n')[1]);
    let answer = await this.#post(note, size, Math.min(this.#size, size));
    if (answer.status === 409) {
      this.#size = sizeIn(answer);
      // Whatever it says, it is asked again once: one that answers anything would be asked for ever.
      if (this.#size > size)
        throw new Error(
          `it signed ${String(this.#size)} entries, and there are ${String(size)}: some are missing here`,
        );
      answer = await this.#post(note, size, this.#size);
    }
    if (answer.status === 200) {
      // Any page of the web answers so, and the operator would believe that there is a witness.
      if (!SIGNATURE.test(answer.text)) throw new Error('it answered without a signature');
      this.#size = size;
      return answer.text;
    }
    if (answer.status === 409 || answer.status === 422)
      throw new Error(
        `it does not take these ${String(size)} entries as what continues those it signed (${String(answer.status)})`,
      );
    throw new Error(`it answered ${String(answer.status)}`);
  }

  // oxlint-disable-next-line max-params -- what is sent, and from where to where it leads
  async #post(note: string, size: number, old: number): Promise<WitnessAnswer> {
    const proof = await consistencyProof(old, size, new TreeReader(this.#db).nodes());
    const lines = [`old ${String(old)}`, ...proof.map((hash) => hash.toString('base64')), '', note];
    return await postToWitness(this.#url, lines.join('\n'));
  }
}

function sizeIn({ type, text }: WitnessAnswer): number {
  const [, size] = /^(0|[1-9]\d{0,15})\n?$/.exec(text) ?? [];
  if (type.split(';', 1)[0] !== SIZE_TYPE || size === undefined || !Number.isSafeInteger(Number(size)))
    throw new Error('it answered 409, and not with the size that it has');
  return Number(size);
}
