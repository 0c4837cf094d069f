// Answers of a resolver that knows the names of a test, and no others.

/** The type of a question for IPv4. */
export const A_RECORD = 1;

/** The addresses (IPv4) of a name; `undefined`: there is no such name. */
export type AddressesOf = (name: string, type: number) => readonly string[] | undefined;

/** Answers one question for an A record; to others the answer is empty. */
export function answerQuestion(message: Buffer, addressesOf: AddressesOf): Buffer {
  let at = 12;
  const labels: string[] = [];
  while ((message[at] ?? 0) !== 0) {
    const length = message[at] ?? 0;
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = message.readUInt16BE(at + 1);
  const found = addressesOf(labels.join('.').toLowerCase(), type);
  const addresses = type === A_RECORD ? (found ?? []) : [];
  const header = Buffer.from(message.subarray(0, 12));
  header.writeUInt16BE(found === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt16BE(0, 10);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([header, message.subarray(12, at + 5), ...records]);
}
