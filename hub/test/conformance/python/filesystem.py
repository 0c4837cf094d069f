# The file system interface that other libraries read and write through.
import io

from huggingface_hub import HfFileSystem

from suite import ENDPOINT, api, case, equal, noise, raises, run

import os

admin = api()
fs = HfFileSystem(endpoint=ENDPOINT, token=os.environ["HF_TOKEN"], skip_instance_cache=True)
BASE = "datasets/admin/fs"
CONTENT = noise(8_000_000, 5)


@case("writing makes commits")
def write():
    admin.create_repo("admin/fs", repo_type="dataset")
    with fs.open(f"{BASE}/small.txt", "w") as file:
        file.write("hello\nworld\n")
    with fs.open(f"{BASE}/deep/large.bin", "wb") as file:
        file.write(CONTENT)
    equal(fs.read_text(f"{BASE}/small.txt"), "hello\nworld\n")


@case("reading by range gives the very bytes")
def ranges():
    with fs.open(f"{BASE}/deep/large.bin", "rb", block_size=1_000_000) as file:
        for start, length in ((0, 10), (5_000_000, 100), (7_999_990, 10), (999_990, 20)):
            file.seek(start)
            equal(file.read(length), CONTENT[start : start + length])
        file.seek(0)
        equal(file.read(), CONTENT)
    equal(fs.cat_file(f"{BASE}/deep/large.bin", start=100, end=200), CONTENT[100:200])


@case("ls(), glob(), find(), info(), exists() and isdir() look around")
def look():
    equal(set(fs.ls(BASE, detail=False)), {f"{BASE}/{n}" for n in (".gitattributes", "deep", "small.txt")})
    equal(fs.glob(f"{BASE}/**/*.bin"), [f"{BASE}/deep/large.bin"])
    equal(len(fs.find(BASE)), 3)
    equal(fs.info(f"{BASE}/deep/large.bin")["size"], len(CONTENT))
    equal(fs.exists(f"{BASE}/nothing"), False)
    equal(fs.isdir(f"{BASE}/deep"), True)
    equal(fs.exists("datasets/admin/not-there"), False)
    with raises(FileNotFoundError):
        fs.info(f"{BASE}/nothing")


@case("cp(), mv() and rm() change the repository")
def change():
    fs.cp_file(f"{BASE}/deep/large.bin", f"{BASE}/copied.bin")
    equal(fs.info(f"{BASE}/copied.bin")["size"], len(CONTENT))
    fs.rm(f"{BASE}/copied.bin")
    fs.invalidate_cache()
    equal(fs.exists(f"{BASE}/copied.bin"), False)
    fs.rm(f"{BASE}/deep", recursive=True)
    fs.invalidate_cache()
    equal(fs.exists(f"{BASE}/deep"), False)


@case("an older revision is read with @")
def revision():
    first = admin.list_repo_commits("admin/fs", repo_type="dataset")[-2].commit_id
    equal(fs.exists(f"datasets/admin/fs@{first}/small.txt"), True)
    equal(fs.exists(f"datasets/admin/fs@{first}/deep/large.bin"), False)


@case("put and get move whole files")
def whole():
    fs.put_file(__file__, f"{BASE}/self.py")
    target = io.BytesIO()
    fs.get_file(f"{BASE}/self.py", target)
    equal(target.getvalue(), open(__file__, "rb").read())


run()
