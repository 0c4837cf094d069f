// A mail address is one thing for the hub, which keeps it, for the courier, which takes it from the hub, and for the mail server: whatever the
// hub takes, the courier hands over, to one recipient, letter for letter.
import assert from 'node:assert/strict';
import test from 'node:test';
import { OutgoingMail } from '@holdfast/courier/frames';
import { isFault } from '@holdfast/kernel/fault';
import { isMailAddress } from '@holdfast/kernel/mail-address';
import { mailServerOf, mailSettings, openCourier } from '../../harness/courier.ts';
import { startMailServer } from '../../harness/mail-server.ts';
import { seededRandom, type Random } from '../../harness/mutate.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';

const SEED = 20_261_128;
/** What addresses are made of, and what ends one, begins another, or cannot be seen. */
const PIECES = [
  ...['a', 'B', '7', '.', '-', '_', '+', "'", '%', '=', '~', '*', '!', '/', 'é', 'ж', '例', '😀'],
  ...[
    '@',
    ',',
    ';',
    ':',
    '<',
    '>',
    '(',
    ')',
    '[',
    ']',
    '"',
    '\\',
    ' ',
    '\t',
    '\r\n',
    '\0',
    '\u007f',
    '\u0085',
  ],
  ...['\u00a0', '\u200b', '\u202e', '\u2028', '\ud800', '\u{e000}', 'Bcc: eve@example.org', 'org', 'xn--'],
];

function pick(random: Random, from: readonly string[]): string {
  return from[random(from.length)] ?? '';
}

/** Most have few pieces that do not belong there, so that about half are addresses. */
function invent(random: Random): string {
  const part = (most: number, usual: readonly string[]): string =>
    Array.from({ length: 1 + random(most) }, () => pick(random, random(14) === 0 ? PIECES : usual)).join('');
  const domain = part(6, ['a', 'B', '7', 'c', 'é']);
  return `${part(8, PIECES.slice(0, 9))}@${domain}${random(3) === 0 ? '' : '.example'}`;
}

function mailTo(address: string, n: number): OutgoingMail {
  const key = n.toString(16).padStart(64, '0');
  return { key, to: { name: 'Ada', address }, subject: 'Hello', text: 'Hello.\n', html: '<p>Hello.</p>' };
}

async function isTakenByHub(hub: ServedHub, email: string): Promise<boolean> {
  try {
    await hub.modules.invitations.invite(OPERATOR, { email });
    return true;
  } catch (error) {
    if (isFault(error, 'account.email-invalid')) return false;
    throw error;
  }
}

void test('what the hub takes for an address, the courier does', { timeout: 120_000 }, async () => {
  await using hub = await openServedHub();
  const random = seededRandom(SEED);
  const counts = { taken: 0, refused: 0 };
  for (let n = 0; n < 400; n += 1) {
    const address = invent(random);
    const taken = await isTakenByHub(hub, address);
    assert.equal(isMailAddress(address), taken, JSON.stringify(address));
    if (taken) assert.ok(OutgoingMail.safeParse(mailTo(address, n)).success, JSON.stringify(address));
    counts[taken ? 'taken' : 'refused'] += 1;
  }
  assert.ok(counts.taken > 50 && counts.refused > 50, JSON.stringify(counts));
});

void test('what is taken goes to one recipient, as it was written', { timeout: 120_000 }, async () => {
  await using server = await startMailServer();
  await using courier = openCourier(mailServerOf(mailSettings(server.port)));
  const random = seededRandom(SEED + 1);
  const sent: string[] = [];
  for (let n = 0; sent.length < 150; n += 1) {
    const address = invent(random);
    // Other alphabets are the mail server's to take or not: most say that they do not.
    const isAscii = /^[\u0020-\u007e]*$/.test(address);
    if (!isAscii || !isMailAddress(address)) continue;
    assert.equal((await courier.link.send(mailTo(address, n))).kind, 'taken', address);
    sent.push(address);
  }
  assert.deepEqual(
    server.seen.map(({ to }) => to.toLowerCase()),
    sent.map((address) => address.toLowerCase()),
  );
  for (const [n, { source }] of server.seen.entries()) {
    const headers = source.slice(0, source.search(/\r?\n\r?\n/));
    assert.equal(headers.match(/^(to|cc|bcc):/gim)?.length, 1, sent[n] ?? '');
  }
});
