// A filter of system calls under which a package manager finds that every change of ownership succeeds. Where there is one
// user alone, files have one owner, and dpkg gives up when it may not give `/var/mail` to the group `mail`; nobody in a
// sandbox is another user whom that would concern. The filter grants nothing: what it answers for is not done.

/** Numbers of chown, fchown, lchown, fchownat and setgroups. */
const CALLS: Readonly<Record<string, { readonly audit: number; readonly numbers: readonly number[] }>> = {
  x64: { audit: 0xc000_003e, numbers: [92, 93, 94, 260, 116] },
  arm64: { audit: 0xc000_00b7, numbers: [55, 54, 159] },
};

const EPERM = 1;
const ALLOW = 0x7fff_0000;
/** Fails with the error in the lower half; 0 is success. */
const ANSWER = 0x0005_0000;

const NUMBER = 0;
const AUDIT = 4;

/** The filter, as seccomp(2) takes it, for processes of this architecture as Node names it; `undefined` for others. */
export function feignedOwnershipFilter(architecture: string): Buffer | undefined {
  const own = CALLS[architecture];
  if (own === undefined) return undefined;
  return assemble([
    { code: 0x20, k: AUDIT },
    { code: 0x15, k: own.audit, yes: 1 },
    { code: 0x06, k: ANSWER + EPERM },
    { code: 0x20, k: NUMBER },
    ...own.numbers.flatMap((number) => [
      { code: 0x15, k: number, no: 1 },
      { code: 0x06, k: ANSWER },
    ]),
    { code: 0x06, k: ALLOW },
  ]);
}

interface Instruction {
  readonly code: number;
  readonly k: number;
  /** How many instructions are skipped when the comparison holds, and when not. */
  readonly yes?: number;
  readonly no?: number;
}

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, k, yes = 0, no = 0 }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(yes, index * 8 + 2);
    bytes.writeUInt8(no, index * 8 + 3);
    bytes.writeUInt32LE(k, index * 8 + 4);
  }
  return bytes;
}
