# Uploading, reading, listing and deleting files.
import io
import json
import os
import tempfile
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, hf_hub_url
from huggingface_hub.errors import (
    BadRequestError,
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from suite import api, case, equal, git_sha, noise, raises, read, run, sha256, since, write

admin = api()
REPO = "admin/files"
CARD = b"---\nlicense: mit\n---\n# Files\n"
MODEL = noise(3_000_000)


@case("upload_file() stores a small text file with git's own id")
def upload_small():
    admin.create_repo(REPO)
    commit = admin.upload_file(path_or_fileobj=CARD, path_in_repo="README.md", repo_id=REPO)
    equal(commit.oid, admin.model_info(REPO).sha)
    assert commit.commit_url.endswith(f"/{REPO}/commit/{commit.oid}"), commit.commit_url
    [item] = admin.get_paths_info(REPO, "README.md")
    equal((item.path, item.size, item.blob_id, item.lfs), ("README.md", len(CARD), git_sha(CARD), None))


@case("upload_file() stores a binary file under its sha256")
def upload_large():
    admin.upload_file(path_or_fileobj=MODEL, path_in_repo="weights/model.safetensors", repo_id=REPO)
    [item] = admin.get_paths_info(REPO, ["weights/model.safetensors"])
    equal((item.size, item.lfs.size, item.lfs.sha256), (len(MODEL), len(MODEL), sha256(MODEL)))


@case("upload_file() takes a path and an open file, too")
def upload_sources():
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        file.write(MODEL[:100_000])
        file.flush()
        admin.upload_file(path_or_fileobj=file.name, path_in_repo="by-path.bin", repo_id=REPO)
    admin.upload_file(path_or_fileobj=io.BytesIO(MODEL[:90_000]), path_in_repo="by-file.bin", repo_id=REPO)
    sizes = {item.path: item.size for item in admin.get_paths_info(REPO, ["by-path.bin", "by-file.bin"])}
    equal(sizes, {"by-path.bin": 100_000, "by-file.bin": 90_000})


@case("hf_hub_download() gives the same bytes and uses its cache")
def download():
    for name, content in (("README.md", CARD), ("weights/model.safetensors", MODEL)):
        path = admin.hf_hub_download(REPO, name)
        equal(Path(path).read_bytes(), content)
        equal(admin.hf_hub_download(REPO, name), path)
        equal(admin.hf_hub_download(REPO, name, local_files_only=True), path)


@case("get_hf_file_metadata() reads commit, size and ETag")
def metadata():
    for name, content, etag in (
        ("README.md", CARD, git_sha(CARD)),
        ("weights/model.safetensors", MODEL, sha256(MODEL)),
    ):
        seen = admin.get_hf_file_metadata(url=hf_hub_url(REPO, name, endpoint=admin.endpoint))
        equal((seen.commit_hash, seen.size, seen.etag), (admin.model_info(REPO).sha, len(content), etag))


@case("an unchanged file makes no new commit")
def unchanged():
    before = admin.model_info(REPO).sha
    commit = admin.upload_file(path_or_fileobj=MODEL, path_in_repo="weights/model.safetensors", repo_id=REPO)
    equal(commit.oid, before)


@case("create_commit() adds, copies and deletes in one commit")
def commit():
    operations = [
        CommitOperationAdd("notes/a.txt", b"a"),
        CommitOperationAdd("notes/b.txt", b"b"),
        CommitOperationCopy("weights/model.safetensors", "weights/again.safetensors"),
        CommitOperationDelete("by-file.bin"),
    ]
    done = admin.create_commit(REPO, operations, commit_message="Several", commit_description="At once.")
    files = set(admin.list_repo_files(REPO))
    assert {"notes/a.txt", "notes/b.txt", "weights/again.safetensors"} <= files and "by-file.bin" not in files
    newest = admin.list_repo_commits(REPO)[0]
    equal((newest.commit_id, newest.title, newest.message), (done.oid, "Several", "At once."))
    equal(newest.authors, ["admin"])


@case("create_commit() refuses a parent that is no longer the newest")
def stale_parent():
    old = admin.list_repo_commits(REPO)[-1].commit_id
    with raises(HfHubHTTPError, "412"):
        admin.create_commit(
            REPO, [CommitOperationAdd("x", b"x")], commit_message="Late", parent_commit=old
        )
    equal(admin.file_exists(REPO, "x"), False)


@case("delete_file(), delete_folder() and delete_files() delete")
def delete():
    admin.delete_file("by-path.bin", REPO)
    equal(admin.file_exists(REPO, "by-path.bin"), False)
    with raises(EntryNotFoundError):
        admin.delete_file("by-path.bin", REPO)
    admin.delete_folder("notes/", REPO)
    equal([name for name in admin.list_repo_files(REPO) if name.startswith("notes/")], [])
    admin.delete_files(REPO, ["weights/again*"])
    equal(admin.file_exists(REPO, "weights/again.safetensors"), False)


@case("list_repo_tree() lists folders, one level or all")
def tree():
    top = {item.path: type(item).__name__ for item in admin.list_repo_tree(REPO)}
    equal(top, {".gitattributes": "RepoFile", "README.md": "RepoFile", "weights": "RepoFolder"})
    every = {item.path for item in admin.list_repo_tree(REPO, recursive=True)}
    assert "weights/model.safetensors" in every
    [inner] = admin.list_repo_tree(REPO, "weights", expand=True)
    equal(inner.path, "weights/model.safetensors")
    equal(len(inner.last_commit.oid), 40)
    with raises(EntryNotFoundError):
        list(admin.list_repo_tree(REPO, "nowhere"))


@case("get_paths_info() leaves out what is not there")
def paths_info():
    items = admin.get_paths_info(REPO, ["README.md", "weights", "nowhere.txt"], expand=True)
    equal({item.path for item in items}, {"README.md", "weights"})


@case("what is missing is told apart: repository, revision, entry")
def missing():
    with raises(RepositoryNotFoundError):
        admin.hf_hub_download("admin/not-there", "README.md")
    with raises(RevisionNotFoundError):
        admin.hf_hub_download(REPO, "README.md", revision="not-there")
    with raises(EntryNotFoundError):
        admin.hf_hub_download(REPO, "not-there.txt")
    with raises(RevisionNotFoundError):
        admin.list_repo_files(REPO, revision="not-there")
    with raises(RevisionNotFoundError):
        admin.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id=REPO, revision="not-there")
    with raises(RepositoryNotFoundError):
        admin.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id="admin/not-there")
    equal(admin.file_exists(REPO, "README.md"), True)
    equal(admin.file_exists(REPO, "not-there"), False)
    equal(admin.file_exists("admin/not-there", "README.md"), False)
    equal(admin.revision_exists(REPO, "main"), True)
    equal(admin.revision_exists(REPO, "not-there"), False)


@case("upload_folder() uploads a folder with patterns, and deletes what is gone")
def folder():
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as target:
        files = {
            "README.md": CARD,
            "config.json": json.dumps({"a": 1}).encode(),
            "deep/er/weights.bin": noise(200_000, 7),
            "empty.txt": b"",
        }
        write(source, {**files, "skip.log": b"no"})
        admin.create_repo("admin/folder", repo_type="dataset")
        admin.upload_folder(
            repo_id="admin/folder", folder_path=source, repo_type="dataset", ignore_patterns=["*.log"]
        )
        admin.snapshot_download("admin/folder", repo_type="dataset", local_dir=target)
        found = read(target)
        del found[".gitattributes"]
        equal(found, files)
        os.remove(Path(source) / "config.json")
        admin.upload_folder(
            repo_id="admin/folder", folder_path=source, repo_type="dataset", delete_patterns=["*.json"]
        )
        equal(admin.file_exists("admin/folder", "config.json", repo_type="dataset"), False)


@case(".gitignore of the repository is respected")
def ignored():
    admin.create_repo("admin/ignoring")
    admin.upload_file(path_or_fileobj=b"*.secret\n", path_in_repo=".gitignore", repo_id="admin/ignoring")
    admin.create_commit(
        "admin/ignoring",
        [CommitOperationAdd("a.secret", b"no"), CommitOperationAdd("a.txt", b"yes")],
        commit_message="Two",
    )
    files = admin.list_repo_files("admin/ignoring")
    assert "a.txt" in files and "a.secret" not in files, files


@case("names outside ASCII go there and back")
def names():
    names = ["été/naïve.txt", "日本語/モデル.bin", "emoji 🤗.txt", "a b+c&d=e%20?#.txt", "dots...txt"]
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as target:
        files = {name: name.encode() + noise(2_000, 3) for name in names}
        write(source, files)
        admin.create_repo("admin/names")
        admin.upload_folder(repo_id="admin/names", folder_path=source)
        equal(set(admin.list_repo_files("admin/names")) - {".gitattributes"}, set(names))
        admin.snapshot_download("admin/names", local_dir=target)
        found = read(target)
        del found[".gitattributes"]
        equal(found, files)
        for name in names:
            equal(admin.file_exists("admin/names", name), True)


@case("paths that git forbids are refused, and nothing changes")
def bad_paths():
    before = admin.model_info(REPO).sha
    for path in ("a/../b.txt", ".git/config", "a//b.txt", "a/.git/x", "README.md/x"):
        with raises((BadRequestError, HfHubHTTPError, ValueError)):
            admin.create_commit(REPO, [CommitOperationAdd(path, b"x")], commit_message="Bad")
    equal(admin.model_info(REPO).sha, before)


@case("a card with broken metadata is answered, not crashed on")
def broken_card():
    for card in (b"---\na: [\n---\n", b"---\n- a list\n---\n"):
        with raises((BadRequestError, HfHubHTTPError, ValueError)):
            admin.upload_file(path_or_fileobj=card, path_in_repo="README.md", repo_id=REPO)
    admin.upload_file(path_or_fileobj=b"# No metadata\n", path_in_repo="README.md", repo_id=REPO)


@case("create_pr is refused with a clear message until pull requests exist")
def no_pull_requests():
    with raises(HfHubHTTPError, "pull request"):
        admin.create_commit(REPO, [CommitOperationAdd("x", b"x")], commit_message="PR", create_pr=True)


@case("list_lfs_files() lists large files, permanently_delete_lfs_files() removes them")
def lfs_files():
    admin.create_repo("admin/large")
    admin.upload_file(path_or_fileobj=noise(60_000, 9), path_in_repo="one.bin", repo_id="admin/large")
    admin.upload_file(path_or_fileobj=noise(60_000, 10), path_in_repo="two.bin", repo_id="admin/large")
    files = {file.filename: file for file in admin.list_lfs_files("admin/large")}
    equal(set(files), {"one.bin", "two.bin"})
    equal(files["one.bin"].oid, sha256(noise(60_000, 9)))
    admin.permanently_delete_lfs_files("admin/large", [files["one.bin"]], rewrite_history=False)
    equal({file.filename for file in admin.list_lfs_files("admin/large")}, {"two.bin"})
    with raises(EntryNotFoundError):
        admin.hf_hub_download("admin/large", "one.bin", force_download=True)


@case("permanently_delete_lfs_files() takes files out of the whole history, and leaves the rest to the byte")
def rewritten_history():
    repo = "admin/rewritten"
    admin.create_repo(repo)
    bad, good = noise(70_000, 11), noise(50_000, 12)
    start = admin.list_repo_commits(repo)[0].commit_id
    write_all = [
        CommitOperationAdd("nested/deep/bad.bin", bad),
        CommitOperationAdd("nested/good.bin", good),
        CommitOperationAdd("nested/deep/note.txt", b"note"),
    ]
    admin.create_commit(repo, write_all, commit_message="Add all")
    admin.create_tag(repo, tag="v1", tag_message="A release")
    admin.create_branch(repo, branch="side", revision=start)
    admin.upload_file(path_or_fileobj=bad, path_in_repo="other.bin", repo_id=repo, revision="side")
    admin.delete_file("nested/deep/bad.bin", repo)
    pinned = admin.list_repo_commits(repo)[1].commit_id
    titles = {name: [c.title for c in admin.list_repo_commits(repo, revision=name)] for name in ("main", "v1", "side")}
    files = [file for file in admin.list_lfs_files(repo) if file.oid == sha256(bad)]
    admin.permanently_delete_lfs_files(repo, files)

    equal([file.oid for file in admin.list_lfs_files(repo)], [sha256(good)])
    expected = {".gitattributes", "nested/good.bin", "nested/deep/note.txt"}
    equal(set(admin.list_repo_files(repo, revision="v1")), expected)
    equal(set(admin.list_repo_files(repo)), expected)
    equal(set(admin.list_repo_files(repo, revision="side")), {".gitattributes"})
    for name, told in titles.items():
        commits = admin.list_repo_commits(repo, revision=name)
        equal([commit.title for commit in commits], told)
        equal(commits[-1].commit_id, start)
        for commit in commits:
            paths = admin.list_repo_files(repo, revision=commit.commit_id)
            assert not any(path.endswith("bad.bin") or path == "other.bin" for path in paths), paths
    for revision in ("main", "v1"):
        for path, content in (("nested/good.bin", good), ("nested/deep/note.txt", b"note")):
            with open(admin.hf_hub_download(repo, path, revision=revision, force_download=True), "rb") as file:
                equal(file.read(), content)
        with raises(EntryNotFoundError):
            admin.hf_hub_download(repo, "nested/deep/bad.bin", revision=revision, force_download=True)
    with raises(RevisionNotFoundError):
        admin.hf_hub_download(repo, "nested/deep/bad.bin", revision=pinned, force_download=True)
    equal(admin.repo_info(repo).sha, admin.list_repo_commits(repo)[0].commit_id)


@case("get_safetensors_metadata() reads the header by range")
def safetensors():
    header = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    content = len(header).to_bytes(8, "little") + header + bytes(8)
    admin.create_repo("admin/tensors")
    admin.upload_file(path_or_fileobj=content, path_in_repo="model.safetensors", repo_id="admin/tensors")
    equal(admin.get_safetensors_metadata("admin/tensors").parameter_count, {"F32": 2})


@case("verify_repo_checksums() agrees with what was downloaded")
def verify():
    since(1, 1)
    admin.snapshot_download(REPO)
    result = admin.verify_repo_checksums(REPO)
    equal(result.mismatches, [])


@case("upload_file() takes a README of more than a mebibyte, in any script")
def long_readme():
    for text in ("word " * 250_000, "слово " * 120_000, "語" * 450_000):
        readme = CARD + text.encode()
        admin.upload_file(path_or_fileobj=readme, path_in_repo="README.md", repo_id=REPO)
        equal(admin.get_paths_info(REPO, "README.md")[0].size, len(readme))


run()
