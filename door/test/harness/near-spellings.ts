// Every way in which a test names what is near to a door, and what some readers take it for. The way out is tried with each of them, and
// the document about isolation lists them.

/** Ways to write one thing. */
export interface NearSpellings {
  readonly what: string;
  readonly written: readonly string[];
}

/** All of them, as they stand in a URL. */
export const NEAR_SPELLINGS: readonly NearSpellings[] = [
  {
    what: 'loopback',
    written: [
      ...['127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.0.0.1'],
      ...['0177.0.0.1', '017700000001', '127.0.0.01', '0', '0.0.0.0', '①②⑦.0.0.1'],
    ],
  },
  { what: 'loopback by name', written: ['localhost', 'localhost.', 'LOCALHOST', 'a.localhost'] },
  { what: 'loopback by IPv6', written: ['[::1]', '[::]', '[0:0:0:0:0:0:0:1]'] },
  {
    what: 'a metadata service',
    written: [
      ...['169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518'],
      ...['[fd00:ec2::254]', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
      ...['metadata.google.internal', 'metadata'],
    ],
  },
  {
    what: 'an address of IPv4 in one of IPv6: mapped, compatible, translated (NAT64, 6to4, Teredo)',
    written: [
      ...[
        '[::ffff:127.0.0.1]',
        '[::ffff:7f00:1]',
        '[::ffff:a9fe:a9fe]',
        '[::127.0.0.1]',
        '[64:ff9b::a9fe:a9fe]',
      ],
      ...['[64:ff9b::127.0.0.1]', '[2002:a9fe:a9fe::]', '[2002:7f00:1::]', '[2001:0:a9fe:a9fe::]'],
    ],
  },
  {
    what: 'a private network, link-local, site-local or of many hosts',
    written: [
      ...['10.0.0.1', '172.16.0.1', '192.168.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '[fd00::1]'],
      ...['[fe80::1]', '[fe80::1%25lo]', '[fec0::1]', '[ff02::1]'],
    ],
  },
  {
    what: 'a public name whose address is near',
    written: ['near.example.org', 'metadata.example.org'],
  },
  {
    what: 'one host for one reader and another for the next',
    written: [...['93.184.216.34@127.0.0.1', '127.0.0.1#@93.184.216.34', '127.0.0.1:80@models.example.org']],
  },
];
