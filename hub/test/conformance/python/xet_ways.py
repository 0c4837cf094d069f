# One process for each way of the protocol that the transfer library can be told to go, because it reads its settings
# once: arguments are `upload` or `download`, a repository and a name. Prints what the hub answered meanwhile.
import array
import json
import sys
import tempfile
from pathlib import Path

from suite import api, counts, noise, sha256, stored_bytes

admin = api()
BASE = noise(24_000_000, 31)
# Parts of the first file apart from each other, so that one xorb is fetched in several ranges.
MIXED = b"".join(BASE[at : at + 3_000_000] + noise(500_000, at) for at in range(2_000_000, 24_000_000, 6_000_000))
FILES = {
    "base.bin": BASE,
    "mixed.bin": MIXED,
    # The first file, which somebody wrote on.
    "longer.bin": BASE + noise(2_000_000, 32),
    "floats.bin": array.array("f", (n / 1000 for n in range(2_000_000))).tobytes(),
    "text.bin": "".join(f"line {n} of a file that packs well\n" for n in range(250_000)).encode(),
}


def upload(repo, names):
    admin.create_repo(repo, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = Path(folder) / name
            path.write_bytes(FILES[name])
            admin.upload_file(path_or_fileobj=str(path), path_in_repo=name, repo_id=repo)


def download(repo, names):
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            found = Path(admin.hf_hub_download(repo, name, local_dir=folder)).read_bytes()
            assert sha256(found) == sha256(FILES[name]), f"{name} has {len(found)} other bytes"


act, repo, *names = sys.argv[1:]
before, stored = counts(), stored_bytes()
{"upload": upload, "download": download}[act](repo, names)
seen = {name: count - before.get(name, 0) for name, count in counts().items() if count > before.get(name, 0)}
print(json.dumps({"seen": seen, "grown": stored_bytes() - stored, "size": sum(len(FILES[name]) for name in names)}))
