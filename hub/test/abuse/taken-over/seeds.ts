// What a taken-over hub can make of the vault's words about second factors: it may have a seed made and ask about codes; it tries to get a
// seed again, to be told about another user's, and to guess codes as fast as it can ask.
import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Attempt } from './attempt.ts';
import { type Heard, type Words } from './channels.ts';

type Obey = (words: Words) => Promise<Heard>;
type Frame = Record<string, unknown>;

const VAULT_FD = 8;
const PATIENCE_MS = 5_000;
const BY = { actor: 'user:0123456789abcdef01234567', credential: '', personal: {} };
const KEY = randomBytes(32).toString('base64url');

/** Tries it, with a seed that it has made for somebody. */
export async function seedAttempts(obey: Obey): Promise<Attempt[]> {
  const [user, other] = [named(), named()];
  const made = await ask(obey, { type: 'seed', ...user, key: KEY, box: null, by: BY });
  if (made['type'] !== 'seed') throw new Error(`no seed was made: ${JSON.stringify(made)}`);
  const { kept } = made;
  // A word that is none must be refused for that, and not because nobody listens.
  const control = await ask(obey, { type: 'code', ...user, kept, code: '000000', last: 0 });
  if (control['type'] !== 'step') throw new Error(`no code was checked: ${JSON.stringify(control)}`);
  const again: readonly Frame[] = [
    { type: 'open', ...user, kept },
    { type: 'seed', ...user, key: KEY, box: null, by: BY, kept },
    { type: 'seed', ...user, key: KEY, kept },
    { type: 'code', ...user, kept, code: '', last: 0 },
    { type: 'code', ...user, kept, code: '000000', last: 0, key: KEY },
    // A clock of its own would tell of codes of another time.
    { type: 'code', ...user, kept, code: '000000', last: 0, now: 0 },
    { type: 'list', space: 'seeds' },
  ];
  return [
    ...again.map((frame) => ({
      name: `ask ${JSON.stringify(Object.keys(frame))} as ${String(frame['type'])}`,
      // What is no word is not answered; that the vault hears words is shown before and after.
      act: async () => answered(await hear(obey, frame)),
    })),
    {
      name: 'ask about the seed of one user as that of another',
      act: async () =>
        answered(await ask(obey, { type: 'code', ...user, ...other, kept, code: '000000', last: 0 })),
    },
    {
      name: 'ask about a seed of a user as another of theirs',
      act: async () =>
        answered(await ask(obey, { type: 'code', ...user, enrolment: hex(), kept, code: '000000', last: 0 })),
    },
    { name: 'guess', act: async () => await guess(obey, { ...user, kept }) },
    { name: 'keep others from their tries', act: async () => await askForOther(obey, other) },
  ];
}

/** What the vault lets one user try at once, and what comes back while it is tried on a slow machine. */
const MOST_GUESSES = 60 + 10;

/** Guesses until it is told that this was too much. It would have them all if it never was. */
async function guess(obey: Obey, of: Frame): Promise<unknown> {
  for (let n = 0; n < MOST_GUESSES; n += 1) {
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const answer = await ask(obey, { type: 'code', ...of, code, last: 0 });
    if (answer['type'] === 'step') continue;
    // Any other end is none: it might have guessed on.
    return codeOf(answer) === 'too-many' ? answered(answer) : answer;
  }
  return 'as often as it liked';
}

/** Whether one whose codes nobody guessed can show theirs: the vault answers still, and the bound is each user's own. */
async function askForOther(obey: Obey, other: Frame): Promise<unknown> {
  const made = await ask(obey, { type: 'seed', ...other, key: KEY, box: null, by: BY });
  const { kept } = made;
  const answer = await ask(obey, { type: 'code', ...other, kept, code: '000000', last: 0 });
  if (answer['type'] === 'step') throw new Error('others have their tries');
  return answer;
}

function codeOf(frame: Frame): unknown {
  return frame['type'] === 'refused' ? (frame['why'] as { code: string }).code : undefined;
}

function answered(frame: Frame): unknown {
  if (frame['type'] !== 'refused') return frame;
  const { code, message } = frame['why'] as { code: string; message: string };
  throw new Error(`${code}: ${message}`);
}

// Silence is no refusal: the vault may have done it.
async function ask(obey: Obey, frame: Frame): Promise<Frame> {
  try {
    return await hear(obey, frame);
  } catch {
    return { type: 'silence' };
  }
}

async function hear(obey: Obey, frame: Frame): Promise<Frame> {
  const id = randomInt(2 ** 41, 2 ** 42);
  await obey({ say: [{ fd: VAULT_FD, frame: { ...frame, id } }] });
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await delay(10)) {
    const { frames } = await obey({ from: 0 });
    const found = frames.findLast((one) => one['id'] === id);
    if (found !== undefined) return found;
  }
  throw new Error('nothing was said');
}

function named(): { readonly user: string; readonly enrolment: string } {
  return { user: hex(), enrolment: hex() };
}

function hex(): string {
  return randomBytes(12).toString('hex');
}
