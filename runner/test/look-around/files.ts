// Looks for files: the host's, other Spaces', and ways to them by links, archives, mounts and handles.
import { type ProbeGroup, probe } from './probe.ts';

const HOST = 'keys, passwords and programs of the host';
const OTHERS = 'another Space’s source, environment, cache and log';
const LINKS = 'a repository, a wheel or an archive may hold any link';
const OUT = 'to see what is beneath or beside the own root';

/** Files. */
export const FILES: ProbeGroup = {
  title: 'Files',
  probes: [
    probe(
      'list the root',
      HOST,
      'known',
      'known("/", "bin dev etc home lib lib32 lib64 libx32 opt proc run sbin source tmp usr")',
    ),
    probe('list homes', HOST, 'user', 'text(sorted(os.listdir("/home")))'),
    probe(
      'list what runs',
      'sockets of services lie there',
      'holdfast,secrets',
      'text(sorted(os.listdir("/run")))',
    ),
    probe(
      'read the password hashes',
      'of the host, or of the base that all Spaces share',
      'none',
      'text([f for f in ("shadow", "shadow-", "gshadow", "gshadow-", "security/opasswd") if read("/etc/" + f, "")])',
    ),
    probe(
      'read who has an account',
      HOST,
      'nobody,user',
      'text(sorted(l.split(":")[0] for l in read("/etc/passwd").splitlines()))',
    ),
    probe('enter the home of root', HOST, 'ENOENT', 'attempt(os.listdir, "/root")'),
    probe('read a file of the host by its path', HOST, 'ENOENT', 'attempt(open, GIVEN["marker"])'),
    probe('list the data folder of the hub', HOST, 'ENOENT', 'attempt(os.listdir, GIVEN["folder"])'),
    probe(
      'read the neighbour’s files by their path',
      OTHERS,
      'ENOENT',
      'attempt(os.listdir, GIVEN["neighbour"])',
    ),
    probe(
      'read the hub’s key by its usual name',
      HOST,
      'ENOENT',
      'attempt(open, GIVEN["folder"] + ".keys/root.key")',
    ),
    probe('list the devices’ settings', HOST, 'ENOENT', 'attempt(os.listdir, "/sys")'),
    probe(
      'find a container engine',
      'who reaches its socket is root',
      'none',
      'text([p for p in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock", "/.dockerenv", "/run/secrets/kubernetes.io") if os.path.exists(p)])',
    ),
    probe(
      'walk up from the root',
      OUT,
      'same',
      '"same" if os.stat("/../../..").st_ino == os.stat("/").st_ino else "above"',
    ),
    probe(
      'walk up from the working folder',
      OUT,
      'same',
      '"same" if os.path.realpath("/proc/self/cwd" + "/.." * 40) == "/" and sorted(os.listdir("/proc/self/cwd" + "/.." * 40)) == sorted(os.listdir("/")) else "above"',
    ),
    probe(
      'go through the root of the first process',
      OUT,
      'closed',
      'closed(attempt(lambda: os.stat("/proc/1/root/" + GIVEN["marker"])), "ENOENT", "EACCES")',
    ),
    probe(
      'go through the folder that bubblewrap left',
      OUT,
      'none',
      'text([p for p in ("/oldroot", "/newroot") if os.path.exists(p)])',
    ),
    probe(
      'follow a link in the repository to the host',
      LINKS,
      'ENOENT',
      'attempt(open, "/source/absolute")',
    ),
    probe(
      'follow a link that climbs out of the repository',
      LINKS,
      'ENOENT',
      'attempt(open, "/source/climbing")',
    ),
    probe(
      'follow a link to the processes of the host',
      LINKS,
      'closed',
      'closed(attempt(os.listdir, "/source/process"), "ENOENT", "EACCES")',
    ),
    probe(
      'unpack an archive that climbs',
      LINKS,
      'closed',
      'unpack_tar("../" * 12 + GIVEN["marker"].lstrip("/"))',
    ),
    probe('unpack an archive with an absolute path', LINKS, 'closed', 'unpack_tar(GIVEN["marker"])'),
    probe(
      'unpack an archive through its own link',
      LINKS,
      'closed',
      'unpack_tar_link(os.path.dirname(GIVEN["marker"]))',
    ),
    probe(
      'unpack a wheel that climbs',
      LINKS,
      'closed',
      'unpack_zip("../" * 12 + GIVEN["marker"].lstrip("/"))',
    ),
    probe(
      'write to the repository’s files',
      'the next start would run it',
      'EROFS',
      'attempt(open, "/source/new", "w")',
    ),
    probe(
      'write to the base',
      'all Spaces share it',
      'closed',
      'closed(attempt(open, "/usr/lib/os-release", "r+"), "EROFS", "EACCES")',
    ),
    probe(
      'write to our own program',
      'it starts each app',
      'closed',
      'closed(attempt(open, "/opt/holdfast/inside/src/main.ts", "r+"), "EROFS", "ENOENT")',
    ),
    probe(
      'write a program that others will start',
      'all Spaces share the base',
      'EROFS',
      'attempt(open, "/usr/local/bin/git", "w")',
    ),
    probe(
      'change who may do what with the base',
      'to make a program of root’s',
      'EROFS',
      'attempt(os.chmod, "/usr/bin/env", 0o4755)',
    ),
    probe(
      'make a program that becomes root',
      'for whoever starts it outside',
      'nosuid',
      '"nosuid" if all("nosuid" in l.split()[3] for l in read("/proc/self/mounts").splitlines()) else "suid"',
    ),
    probe('mount something', OUT, 'EPERM', 'syscall("mount", 0, 0, 0, 4096, 0)'),
    probe(
      'remove a mount, and see what it hides',
      OUT,
      'EPERM',
      'syscall("umount2", ctypes.c_char_p(b"/proc/meminfo"), 2)',
    ),
    probe('make a root of its own', OUT, 'EPERM', 'attempt(os.chroot, "/tmp")'),
    probe(
      'open a file by its handle',
      'past every path, as one who escaped containers did',
      'EPERM',
      'syscall("open_by_handle_at", -100, 0, 0)',
    ),
    probe(
      'ask for a file’s handle',
      'past every path',
      'EPERM',
      'syscall("name_to_handle_at", -100, 0, 0, 0, 0)',
    ),
    probe(
      'learn from the mounts where the own files lie on the host',
      'it tells how the machine is laid out',
      'the path of the data folder',
      '"the path of the data folder" if data_folder() in mounts() else "none"',
    ),
    probe(
      'learn from the mounts what neighbours have',
      OTHERS,
      'none',
      '"a neighbour’s" if GIVEN["neighbour"][len(GIVEN["folder"]):] in mounts() else "none"',
    ),
    probe(
      'find a socket',
      'who reaches one speaks to its owner',
      '/run/holdfast/out/door.sock',
      'text(sorted(walk_sockets()))',
    ),
    probe('remove the door’s socket', 'to put another in its place', 'EROFS', 'attempt(os.unlink, DOOR)'),
    probe(
      'rename the door’s socket',
      'to put another in its place',
      'EROFS',
      'attempt(os.rename, DOOR, DOOR + "2")',
    ),
    probe(
      'put a link beside the door’s socket',
      'the host side once followed one',
      'EROFS',
      'attempt(os.symlink, "/etc/passwd", os.path.dirname(DOOR) + "/x")',
    ),
    probe(
      'put a socket of its own in place of the door’s',
      'what asks for the way out would speak to it',
      'closed',
      'closed(attempt(replace_socket, DOOR), "EROFS", "EACCES")',
    ),
    probe(
      'remove the socket at which an app waits for visitors',
      'to put another in its place',
      'closed',
      'at_visits(os.unlink, VISITS)',
    ),
    probe(
      'rename the socket at which an app waits for visitors',
      'to put another in its place',
      'closed',
      'at_visits(os.rename, VISITS, VISITS + "2")',
    ),
    probe(
      'put a socket of its own in place of that of visitors',
      'visitors would be led to it',
      'closed',
      'at_visits(replace_socket, VISITS)',
    ),
    probe(
      'put a link beside that of visitors',
      'the host side once followed one',
      'closed',
      'at_visits(os.symlink, "/etc/passwd", VISITS + "2")',
    ),
    probe(
      'move the door’s folder aside',
      'to put another in its place',
      'closed',
      'closed(attempt(os.rename, "/run/holdfast", "/run/other"), "EROFS", "EBUSY")',
    ),
    probe(
      'link a file of the base into the own folder',
      'to keep it when it changes',
      'closed',
      'closed(attempt(os.link, "/usr/bin/env", "/home/user/env"), "EXDEV", "EPERM", "EROFS")',
    ),
    probe('learn a quota of the disk', 'disks of the host', 'EPERM', 'syscall("quotactl", 0, 0, 0, 0)'),
  ],
};
