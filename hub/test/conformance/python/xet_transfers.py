# Large files as chunks, with the client's own settings: that they really go that way, both ways, and that everybody who
# reads them in another way gets the same bytes.
import array
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

from huggingface_hub import HfFileSystem

from suite import ENDPOINT, api, case, counts, equal, noise, read, run, sha256, stored_bytes, write

admin = api()
REPO = "admin/chunks"
MODEL = noise(3_000_000, 21)
TEXT = "".join(f"line {n} of a file that packs well\n" for n in range(400_000)).encode()
FLOATS = array.array("f", (n / 1000 for n in range(2_500_000))).tobytes()
# More than one xorb, each of 64 MiB at most.
LONG = noise(90_000_000, 22)
FILES = {"plain.bin": MODEL, "text.txt": TEXT, "floats.safetensors": FLOATS, "long.bin": LONG}
DOWNLOAD = """
import sys
from huggingface_hub import hf_hub_download
for name in sys.argv[2:]:
    hf_hub_download("admin/chunks", name, local_dir=sys.argv[1])
"""
# huggingface_hub 1.33 tells one thread that it has no transfer library while another still looks for it, and fetches that
# file whole (2.4 does not): it looks before there are threads.
SNAPSHOT = """
import sys
from huggingface_hub import snapshot_download
from huggingface_hub.utils._runtime import is_xet_available
assert is_xet_available()
snapshot_download("admin/chunks", local_dir=sys.argv[1])
"""


def ask(path, token="HF_TOKEN", method="GET", **headers):
    """An answer as (status, headers, body), as a client that knows nothing of chunks gets it."""
    if token is not None:
        headers["Authorization"] = f"Bearer {os.environ[token]}"
    request = urllib.request.Request(ENDPOINT + path, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def resolve(name, repo=REPO, **options):
    return ask(f"/{repo}/resolve/main/{quote(name)}", **options)


def elsewhere(script, *names, **env):
    """What a script of another process downloads, which has nothing in a cache of its own; and what the hub answered."""
    before = counts()
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as target:
        subprocess.run([sys.executable, "-c", script, target, *names], env={**os.environ, "HF_HOME": home, **env}, check=True)
        return read(target), happened(before)


def same(found, names):
    """Asserts that these files were downloaded, byte for byte."""
    found.pop(".gitattributes", None)
    equal({name: sha256(content) for name, content in found.items()}, {name: sha256(FILES[name]) for name in names})


def happened(before):
    """How often each operation was answered since."""
    return {name: count - before.get(name, 0) for name, count in counts().items() if count > before.get(name, 0)}


@case("large files are sent as chunks, and no other way")
def upload():
    admin.create_repo(REPO)
    before = counts()
    with tempfile.TemporaryDirectory() as source:
        write(source, FILES)
        admin.upload_folder(repo_id=REPO, folder_path=source)
    seen = happened(before)
    assert seen["putXorb"] >= 2, seen
    assert {"putShard", "putShardTelling", "putNamedShard"} & set(seen), seen
    assert not {"lfsPutObject", "lfsPutPart"} & set(seen), seen


@case("a file in chunks says so where clients look: headers, tree, paths-info")
def advertised():
    tree = {item["path"]: item for item in json.loads(ask(f"/api/models/{REPO}/tree/main")[2])}
    for name, content in FILES.items():
        status, headers, _body = resolve(name, method="HEAD")
        equal((status, int(headers["Content-Length"])), (200, len(content)))
        equal((headers["ETag"], headers["X-Linked-Size"]), (f'"{sha256(content)}"', str(len(content))))
        assert "xet-auth" in headers["Link"] and headers["X-Xet-Hash"] in headers["Link"], headers["Link"]
        equal((tree[name]["xetHash"], tree[name]["lfs"]["oid"]), (headers["X-Xet-Hash"], sha256(content)))


@case("hf_hub_download() and snapshot_download() fetch chunks, and give the same bytes")
def download():
    for script, names in ((DOWNLOAD, ["plain.bin", "floats.safetensors"]), (SNAPSHOT, [])):
        found, seen = elsewhere(script, *names)
        same(found, names or FILES)
        assert seen.get("fetchXorb", 0) > 0, seen
        # Small files are fetched whole: .gitattributes.
        assert seen.get("getFile", 0) == (script == SNAPSHOT), seen


@case("a plain GET, and one of a range, give the same bytes")
def plain():
    for name, content in FILES.items():
        status, headers, body = resolve(name)
        equal((status, sha256(body), int(headers["Content-Length"])), (200, sha256(content), len(content)))
        size = len(content)
        for start, end in ((0, 1), (0, 65_536), (65_530, 200_000), (size - 1, size), (size // 2 - 500_000, size // 2)):
            status, headers, body = resolve(name, Range=f"bytes={start}-{end - 1}")
            equal((status, headers["Content-Range"]), (206, f"bytes {start}-{end - 1}/{size}"))
            assert body == content[start:end], f"{name} {start}-{end}"
    # Over the end of the first xorb, wherever it is.
    _status, _headers, body = resolve("long.bin", Range="bytes=66000000-69000000")
    assert body == LONG[66_000_000:69_000_001]
    _status, _headers, body = resolve("long.bin", Range="bytes=-1000")
    assert body == LONG[-1000:]


@case("the file system of the client reads the same bytes")
def filesystem():
    fs = HfFileSystem(endpoint=ENDPOINT, token=os.environ["HF_TOKEN"], skip_instance_cache=True)
    assert fs.cat_file(f"{REPO}/plain.bin") == MODEL
    with fs.open(f"{REPO}/long.bin", "rb") as file:
        file.seek(67_000_000)
        assert file.read(300_000) == LONG[67_000_000:67_300_000]


@case("a client that was told not to use chunks gets the same bytes")
def disabled():
    names = ["long.bin", "text.txt"]
    found, seen = elsewhere(DOWNLOAD, *names, HF_HUB_DISABLE_XET="1")
    same(found, names)
    assert seen.get("getFile", 0) > 0 and "fetchXorb" not in seen, seen


@case("the same content under another name sends no chunk again")
def again():
    before = counts()
    admin.upload_file(path_or_fileobj=write_one("again.bin", MODEL), path_in_repo="again.bin", repo_id=REPO)
    assert "putXorb" not in happened(before), happened(before)
    equal(resolve("again.bin")[2], MODEL)


@case("content that differs in the middle sends the difference")
def difference():
    content = noise(20_000_000, 23)
    changed = content[:9_000_000] + b"something new" + content[9_000_000:]
    admin.upload_file(path_or_fileobj=write_one("one.bin", content), path_in_repo="one.bin", repo_id=REPO)
    before = stored_bytes()
    admin.upload_file(path_or_fileobj=write_one("two.bin", changed), path_in_repo="two.bin", repo_id=REPO)
    grown = stored_bytes() - before
    assert 0 < grown < 1_000_000, grown
    equal(sha256(Path(admin.hf_hub_download(REPO, "two.bin")).read_bytes()), sha256(changed))


@case("what one repository has is sent again to another")
def apart():
    admin.create_repo("admin/other-chunks")
    before = counts()
    admin.upload_file(path_or_fileobj=write_one("a.bin", MODEL), path_in_repo="a.bin", repo_id="admin/other-chunks")
    assert happened(before).get("putXorb", 0) > 0, happened(before)


@case("the smallest files, and names outside ASCII")
def edges():
    files = {"empty.bin": b"", "one.bin": b"\0", "été/モデル 🤗 100%.safetensors": noise(1_500_000, 24), "a b+c&d#?.bin": noise(70_000, 25)}
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as target:
        write(source, files)
        admin.create_repo("admin/edges")
        admin.upload_folder(repo_id="admin/edges", folder_path=source)
        admin.snapshot_download("admin/edges", local_dir=target, ignore_patterns=[".gitattributes"])
        equal(read(target), files)
    for name, content in files.items():
        equal(resolve(name, repo="admin/edges")[2], content)


@case("tokens are for who may read, or write, and a hash opens nothing elsewhere")
def rights():
    admin.create_repo("admin/hidden-chunks", private=True)
    admin.upload_file(path_or_fileobj=write_one("h.bin", MODEL), path_in_repo="h.bin", repo_id="admin/hidden-chunks")
    token_of = "/api/models/{}/xet-{}-token/main".format
    equal(ask(token_of("admin/hidden-chunks", "read"), token="OTHER_TOKEN")[0], 404)
    equal(ask(token_of("admin/hidden-chunks", "write"), token="OTHER_TOKEN")[0], 404)
    equal(ask(token_of("admin/hidden-chunks", "write"), token="READ_TOKEN")[0], 403)
    equal(ask(token_of("admin/hidden-chunks", "read"), token=None)[0], 401)
    status, _headers, body = ask(token_of("admin/hidden-chunks", "read"), token="READ_TOKEN")
    equal(status, 200)
    session = json.loads(body)
    hash_ = resolve("long.bin", method="HEAD")[1]["X-Xet-Hash"]
    request = urllib.request.Request(f"{session['casUrl']}/v1/reconstructions/{hash_}", headers={"Authorization": f"Bearer {session['accessToken']}"})
    try:
        urllib.request.urlopen(request)
        raise AssertionError("a file of another repository was told")
    except urllib.error.HTTPError as error:
        equal(error.code, 404)


def write_one(name, content):
    """A file of this content, which clients send otherwise than bytes."""
    folder = tempfile.mkdtemp()
    write(folder, {name: content})
    return str(Path(folder) / name)


run()
