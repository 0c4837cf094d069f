// Every address an app might name, and what becomes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNetwork } from '@holdfast/kernel/network';
import { refusalOfAddress } from './addresses.ts';

const OWN = ['93.184.216.1', '2a00:1450::1'].map((text) => parseNetwork(text)!);

const ALLOWED = `1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
  168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0
  192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
  2600:: 2606:2800:220:1:248:1893:25c8:1946 2a00:1450::2 2001:200:: 2001:4860:4860::8888 2003:: 2400:: 2001:db7:ffff::1
  2001:db9:: 3ffe:ffff::1`;

const REFUSED = `0.0.0.0 0.1.2.3 10.0.0.0 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.255
  168.63.129.16 169.254.0.1 169.254.0.23 169.254.169.253 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.0 192.0.0.8 192.0.0.192
  192.0.0.255 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.88.99.2 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.0
  198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
  :: ::1 ::127.0.0.1 ::7f00:1 ::a9fe:a9fe ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1
  64:ff9b::a9fe:a9fe 64:ff9b::169.254.169.254 64:ff9b::8.8.8.8 64:ff9b:1::a00:1 100::1 2001::1 2001:0:a9fe:a9fe::1 2001:2::1 2001:10::1
  2001:20::1 2001:1ff:ffff::1 2001:db8::1 2002:: 2002:a9fe:a9fe:: 2002:7f00:1::1 2002:808:808::1 2620:4f:8000::1 3fff::1 3fff:fff::1 4000::1 5f00::1 fc00::1
  fd00::1 fd00:ec2::254 fd20:ce::254 fdff:ffff::1 fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 feff::1 ff02::1 ff0e::1 ffff::1
  93.184.216.1 2a00:1450::1 2a00:1450:0:0:0:0:0:1 ::ffff:93.184.216.1`;

/** What some readers take for 127.0.0.1, 169.254.169.254 or another near address: none of it is an address here. */
const SPELLINGS = `127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1 017700000001 127.0.0.01 0127.0.0.1 00127.0.0.1
  0x7f.1 127.0.0.0x1 127.0.0.1. 127.0.0.256 1.2.3 1.2.3.4.5 169.254.43518 2852039166 0xa9fea9fe 0251.0376.0251.0376
  ::1%lo fe80::1%eth0 [::1] 127.0.0.1/8 ::ffff:127.1 ::ffff:0x7f.0.0.1 1::2::3 :::1 12345::1 ::1:2:3:4:5:6:7:8 ①②⑦.0.0.1 127。0。0。1`;

void test('refusalOfAddress() lets the ends of every global range through, and nothing beside them', () => {
  for (const text of ALLOWED.split(/\s+/)) assert.equal(refusalOfAddress(text, OWN), undefined, text);
  for (const text of REFUSED.split(/\s+/)) assert.notEqual(refusalOfAddress(text, OWN), undefined, text);
});

void test('refusalOfAddress() takes an address in its usual spelling alone', () => {
  for (const text of SPELLINGS.split(/\s+/))
    assert.equal(refusalOfAddress(text, OWN), 'it is no address', text);
});

void test('refusalOfAddress() refuses all of IPv6 outside 2000::/3, whatever it would be read as', () => {
  for (let first = 0; first < 0x10000; first += 1) {
    const allowed = refusalOfAddress(`${first.toString(16)}:ffff::1`, []) === undefined;
    if (allowed) assert.ok(first >= 0x2000 && first <= 0x3fff && first !== 0x2002, first.toString(16));
  }
});
