// What the resolver inside a sandbox answers. Pure. Every name is at 127.0.0.1, where what connects is led to the door: no question
// ever leaves the sandbox, so that nothing can be carried out in one.

const HEADER = 12;
const ADDRESS = 1;
const INTERNET = 1;
const LONGEST_NAME = 255;
const ANSWER_FLAG = 0x8080; // an answer, and recursion is available
const ASKED_FLAGS = 0x7900; // the kind of question, and whether recursion was wished for
const NOT_UNDERSTOOD = 1;
/** The name of the question, by its place; type, class, a minute, four bytes: 127.0.0.1. */
const LOOPBACK = Buffer.from([0xc0, HEADER, 0, ADDRESS, 0, INTERNET, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);

/** The answer to a message, or `undefined` for what is no question. */
export function answerQuestion(message: Buffer): Buffer | undefined {
  if (message.length < HEADER || (message.readUInt16BE(2) & 0x8000) !== 0) return undefined;
  const end = message.readUInt16BE(4) === 1 ? endOfQuestion(message) : undefined;
  const question = message.subarray(HEADER, end ?? HEADER);
  const found =
    end !== undefined &&
    message.readUInt16BE(end - 4) === ADDRESS &&
    message.readUInt16BE(end - 2) === INTERNET;
  const header = Buffer.alloc(HEADER);
  message.copy(header, 0, 0, 2);
  const flags = (message.readUInt16BE(2) & ASKED_FLAGS) | ANSWER_FLAG;
  header.writeUInt16BE(flags | (end === undefined ? NOT_UNDERSTOOD : 0), 2);
  header.writeUInt16BE(end === undefined ? 0 : 1, 4);
  header.writeUInt16BE(found ? 1 : 0, 6);
  return Buffer.concat(found ? [header, question, LOOPBACK] : [header, question]);
}

// Where the only question ends: after its name, its type and its class.
function endOfQuestion(message: Buffer): number | undefined {
  for (let at = HEADER; at < message.length && at - HEADER < LONGEST_NAME;) {
    const length = message[at] ?? 0;
    if (length > 63) return undefined;
    at += 1 + length;
    if (length === 0) return at + 4 <= message.length ? at + 4 : undefined;
  }
  return undefined;
}
