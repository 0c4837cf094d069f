// Python packages made in memory: a wheel that holds one module, and a source distribution whose setup runs what a test wants.
import { crc32, gzipSync } from 'node:zlib';

/** A wheel of this project, version 99.0, with one module that says where it is from. */
export function makeWheel(project: string): { readonly name: string; readonly bytes: Buffer } {
  const module = project.replaceAll('-', '_');
  const info = `${module}-99.0.dist-info`;
  const files = {
    [`${module}/__init__.py`]: `FROM = ${JSON.stringify(project)}\n`,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${project}\nVersion: 99.0\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: '',
  };
  return { name: `${module}-99.0-py3-none-any.whl`, bytes: zip(files) };
}

/** A source distribution with this setup.py, version 1.0. */
export function makeSource(
  project: string,
  setup: string,
): { readonly name: string; readonly bytes: Buffer } {
  return packSource(project, { 'setup.py': setup });
}

/** A source distribution of these files, version 1.0. */
export function packSource(
  project: string,
  files: Readonly<Record<string, string>>,
): { readonly name: string; readonly bytes: Buffer } {
  const root = `${project}-1.0`;
  const info = `Metadata-Version: 2.1\nName: ${project}\nVersion: 1.0\n`;
  const all = Object.entries({ ...files, 'PKG-INFO': info });
  const packed = tar(Object.fromEntries(all.map(([name, text]) => [`${root}/${name}`, text])));
  return { name: `${root}.tar.gz`, bytes: gzipSync(packed) };
}

function zip(files: Readonly<Record<string, string>>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, bytes] = [Buffer.from(name), Buffer.from(text)];
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(33, 8); // 1 January 1980
    head.writeUInt32LE(crc32(bytes), 10);
    head.writeUInt32LE(bytes.length, 14);
    head.writeUInt32LE(bytes.length, 18);
    head.writeUInt16LE(path.length, 22);
    local.push(Buffer.from('PK\u0003\u0004'), head, path, bytes);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\u0001\u0002\u0014\u0000'), head, tail, path);
    offset += 30 + path.length + bytes.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}

function tar(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const bytes = Buffer.from(text);
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write('0000644\0', 100);
    head.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    head.write('00000000000\0', 136);
    head.write('        ', 148);
    head.write('0', 156);
    head.write('ustar\x0000', 257);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1_024)]);
}
