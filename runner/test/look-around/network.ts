// Looks for a network, and for what others say on it. No packet can leave: there is no way out to refuse one.
import { type ProbeGroup, probe } from './probe.ts';

const NEIGHBOURS = 'to find other machines, and other Spaces';
const METADATA = 'a cloud gives keys to whoever asks from the machine';
const OURS = 'to speak to the hub or its database as if from the machine';
const RAW = 'to read or forge what others send';

/** The network. */
export const NETWORK: ProbeGroup = {
  title: 'The network',
  probes: [
    probe(
      'list the network interfaces',
      NEIGHBOURS,
      'lo',
      'text([n for _, n in socket.if_nameindex()]) if attempt(socket.if_nameindex) != "EAFNOSUPPORT" else text([l.split(":")[0].strip() for l in read("/proc/net/dev").splitlines()[2:]])',
    ),
    probe(
      'read the routes',
      NEIGHBOURS,
      'none',
      'text([l for l in read("/proc/net/route").splitlines()[1:] if l.strip()])',
    ),
    probe(
      'read the routes of IPv6',
      NEIGHBOURS,
      'lo',
      'text(sorted({l.split()[-1] for l in read("/proc/net/ipv6_route").splitlines()})) if os.path.exists("/proc/net/ipv6_route") else "lo"',
    ),
    probe(
      'read the neighbours that answered',
      NEIGHBOURS,
      'none',
      'text(read("/proc/net/arp").splitlines()[1:])',
    ),
    probe(
      'read who is connected to whom',
      'the build of May 2024 saw a registry that all customers shared',
      'none',
      'text([l for f in ("tcp", "tcp6", "udp", "udp6", "raw") if os.path.exists("/proc/net/" + f) for l in read("/proc/net/" + f).splitlines()[1:]])',
    ),
    probe(
      'read the paths of all sockets',
      'to find the hub’s or a database’s',
      'none',
      'text([l.split()[7] for l in read("/proc/net/unix").splitlines()[1:] if len(l.split()) > 7 and "door.sock" not in l])',
    ),
    probe(
      'connect to an address of the internet',
      'to carry data out past the door',
      'ENETUNREACH',
      'attempt(connect, "192.0.2.1", 443)',
    ),
    probe(
      'connect to an address of the internet by IPv6',
      'to carry data out past the door',
      'closed',
      'closed(attempt(connect, "2001:db8::1", 443, socket.AF_INET6), "ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT")',
    ),
    probe(
      'connect to the metadata service',
      METADATA,
      'ENETUNREACH',
      'attempt(connect, "169.254.169.254", 80)',
    ),
    probe(
      'connect to the metadata service by IPv6',
      METADATA,
      'closed',
      'closed(attempt(connect, "fd00:ec2::254", 80, socket.AF_INET6), "ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT")',
    ),
    probe('connect to a private address', NEIGHBOURS, 'ENETUNREACH', 'attempt(connect, "10.0.0.1", 80)'),
    probe(
      'ask a resolver of the internet',
      'names carry data out, too',
      'ENETUNREACH',
      'attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.53", 53)))',
    ),
    probe(
      'send to everybody on the network',
      NEIGHBOURS,
      'closed',
      'closed(attempt(broadcast), "ENETUNREACH", "EACCES")',
    ),
    probe(
      'connect to the hub on loopback',
      OURS,
      'ECONNREFUSED',
      'attempt(connect, "127.0.0.1", GIVEN["port"])',
    ),
    probe(
      'connect to the hub at the machine’s other loopback addresses',
      OURS,
      'ECONNREFUSED',
      'attempt(connect, "127.1.2.3", GIVEN["port"])',
    ),
    probe(
      'connect to any port of loopback',
      OURS,
      'none',
      'text([p for p in list(range(1, 1024)) + [5432, 6379, 8080, 2375, 2376, 10250] if attempt(connect, "127.0.0.1", p) != "ECONNREFUSED"])',
    ),
    probe(
      'connect to a socket without a path',
      'they have no folder that could be hidden',
      'ECONNREFUSED',
      'attempt(lambda: socket.socket(socket.AF_UNIX).connect("\\0" + GIVEN["abstract"]))',
    ),
    probe(
      'open a raw socket',
      RAW,
      'EPERM',
      'attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))',
    ),
    probe(
      'open a packet socket',
      RAW,
      'EAFNOSUPPORT',
      'attempt(lambda: socket.socket(17, socket.SOCK_RAW, 3))',
    ),
    probe(
      'ask the kernel about its network',
      NEIGHBOURS,
      'EAFNOSUPPORT',
      'attempt(lambda: socket.socket(16, socket.SOCK_RAW, 0))',
    ),
    probe(
      'reach the machine around this one',
      'VSOCK passes every network namespace',
      'EAFNOSUPPORT',
      'attempt(lambda: socket.socket(40, socket.SOCK_STREAM))',
    ),
    probe(
      'speak Bluetooth',
      'drivers that few have looked at',
      'EAFNOSUPPORT',
      'attempt(lambda: socket.socket(31, socket.SOCK_RAW, 1))',
    ),
    probe(
      'use the kernel’s own ciphers',
      'holes have lain there',
      'EAFNOSUPPORT',
      'attempt(lambda: socket.socket(38, socket.SOCK_SEQPACKET))',
    ),
    probe(
      'configure an interface',
      'to get a way out',
      'closed',
      'closed(attempt(lambda: fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 0))), "EPERM")',
    ),
  ],
};
