// Programs that want all there is of something, and what stops each.
import { type Probe, probe } from './probe.ts';

const NEIGHBOURS = 'to leave neighbours and the hub without any';

/** Bombs. Each says what stopped it, is ended by the kernel, or held to its share. */
export const BOMBS: readonly Probe[] = [
  probe(
    'start processes without end',
    NEIGHBOURS,
    'EAGAIN',
    `
def run():
    while True:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
`,
  ),
  probe(
    'start threads without end',
    NEIGHBOURS,
    'no more threads',
    `
def run():
    try:
        while True:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    except RuntimeError:
        return "no more threads"
`,
  ),
  probe(
    'take memory without end',
    NEIGHBOURS,
    'ended',
    `
def run():
    kept = []
    while True:
        kept.append(bytearray(os.urandom(1 << 20)))
`,
  ),
  probe(
    'take memory in many processes',
    NEIGHBOURS,
    'ended',
    `
def run():
    for n in range(8):
        if os.fork() == 0:
            break
    kept = []
    while True:
        kept.append(bytearray(os.urandom(1 << 20)))
`,
  ),
  ...['/home/user', '/tmp', '/dev/shm'].map((folder) =>
    probe(
      `fill ${folder}`,
      'it is memory, and would be half of the machine’s',
      'ENOSPC',
      `
def run():
    with open("${folder}/full", "wb") as file:
        while True:
            file.write(bytes(1 << 20)); file.flush()
`,
    ),
  ),
  probe(
    'make files without end',
    'each takes of the kernel’s memory',
    'ended',
    `
def run():
    n = 0
    while True:
        open(f"/tmp/{n:0250}", "w").close()
        n += 1
`,
  ),
  probe(
    'write a file without end',
    'of the host’s disk',
    'EFBIG',
    `
def run():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open("/opt/env/full", "wb") as file:
        file.seek(1 << 30)
        while True:
            file.write(bytes(1 << 20)); file.flush()
`,
  ),
  probe(
    'open files without end',
    NEIGHBOURS,
    'EMFILE',
    `
def run():
    kept = []
    while True:
        kept.append(open("/dev/null"))
`,
  ),
  probe(
    'keep every processor busy',
    NEIGHBOURS,
    'held',
    `
def run():
    for n in range(15):
        if os.fork() == 0:
            break
    while True:
        pass
`,
  ),
];

/** What a bomb runs in: it says what stopped it, and wants more as soon as something did, until it is ended. */
export function bombScript(bomb: Probe): string {
  return `import errno, os, signal, sys, threading, time
${bomb.python}
first = True
while True:
    try:
        said = run()
    except OSError as error:
        said = errno.errorcode[error.errno]
    if first:
        print(said, flush=True)
    first = False
`;
}
