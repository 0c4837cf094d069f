# Files around every boundary, and a folder of a thousand: byte-identical after a way through the hub.
import tempfile
from pathlib import Path

from suite import api, case, equal, noise, read, run, sha256, write

admin = api()
TEN = 10_000_000
SIZES = [0, 1, 2, 511, 512, 513, 65_536, TEN - 1, TEN, TEN + 1, 10 * 1024 * 1024 - 1, 10 * 1024 * 1024 + 1]


@case("files of every size, text and binary, are the same after upload and download")
def sizes():
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as target:
        files = {f"binary/{size}.bin": noise(size, size) for size in SIZES}
        files |= {f"text/{size}.txt": (b"line of text\n" * (size // 13 + 1))[:size] for size in SIZES}
        write(source, files)
        admin.create_repo("admin/sizes")
        admin.upload_folder(repo_id="admin/sizes", folder_path=source)
        admin.snapshot_download("admin/sizes", local_dir=target)
        found = read(target)
        del found[".gitattributes"]
        equal(set(found), set(files))
        for name, content in files.items():
            equal((name, sha256(found[name])), (name, sha256(content)))
        infos = {item.path: item for item in admin.get_paths_info("admin/sizes", list(files))}
        for name, content in files.items():
            equal((name, infos[name].size), (name, len(content)))
        equal(infos[f"text/{TEN + 1}.txt"].lfs.sha256, sha256(files[f"text/{TEN + 1}.txt"]))


@case("a folder of a thousand files arrives whole")
def thousand():
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as target:
        files = {f"part-{n % 10}/text-{n:04}.txt": f"{n}\n".encode() * (n + 1) for n in range(900)}
        files |= {f"part-{n % 10}/binary-{n:04}.bin": noise(200 + n, n) for n in range(100)}
        write(source, files)
        admin.create_repo("admin/thousand", repo_type="dataset")
        admin.upload_folder(repo_id="admin/thousand", folder_path=source, repo_type="dataset")
        listed = [i for i in admin.list_repo_tree("admin/thousand", recursive=True, repo_type="dataset") if hasattr(i, "size")]
        equal(len(listed), 1001)
        admin.snapshot_download("admin/thousand", repo_type="dataset", local_dir=target)
        found = read(target)
        del found[".gitattributes"]
        equal(found, files)


run()
