# What the client does while each of its requests goes to another hub than the one before. The way files go (as chunks or whole) and
# the namespace are told by the environment.
import concurrent.futures
import os
import tempfile

from huggingface_hub import CommitOperationAdd, CommitOperationDelete
from huggingface_hub.errors import EntryNotFoundError

from suite import api, case, equal, explain, noise, raises, read, run, write

NAMESPACE = os.environ["NAMESPACE"]
SEED = 1_000 if "HF_HUB_DISABLE_XET" in os.environ else 2_000
REPO = f"{NAMESPACE}/both"
QUOTA = int(os.environ["QUOTA"])
RACERS = 8
admin = api()


def folder(seed):
    return {
        "README.md": b"# Both\n",
        "config.json": b'{"seed": %d}' % seed,
        "deep/er/small.txt": noise(3_000, seed).hex().encode(),
        "weights.bin": noise(300_000, seed + 1),
        "large.safetensors": noise(12_000_000, seed + 2),
    }


def fetched(**options):
    """What a client without any cache downloads."""
    with tempfile.TemporaryDirectory() as target, tempfile.TemporaryDirectory() as cache:
        admin.snapshot_download(REPO, local_dir=target, cache_dir=cache, **options)
        found = read(target)
        del found[".gitattributes"]
        return found


@case("a folder goes there and back, and is changed")
def there_and_back():
    admin.create_repo(REPO, private=True)
    files = folder(SEED)
    with tempfile.TemporaryDirectory() as source:
        write(source, files)
        admin.upload_folder(repo_id=REPO, folder_path=source)
        equal(fetched(), files)
        first = admin.model_info(REPO).sha
        files["weights.bin"] = noise(400_000, SEED + 3)
        files["config.json"] = b"{}"
        write(source, files)
        admin.upload_folder(repo_id=REPO, folder_path=source)
    equal(fetched(), files)
    equal(fetched(revision=first), folder(SEED))


@case("each commit is seen by whoever asks next")
def read_after_write():
    for n in range(8):
        name = f"notes/{n}.txt"
        told = admin.create_commit(REPO, [CommitOperationAdd(name, b"%d" % n)], commit_message=f"Add {n}")
        equal(admin.model_info(REPO).sha, told.oid)
        assert name in admin.list_repo_files(REPO)
        admin.create_commit(REPO, [CommitOperationDelete(name)], commit_message=f"Remove {n}")
        with raises(EntryNotFoundError):
            admin.hf_hub_download(REPO, name, force_download=True)


def race(n):
    """One of many that want more than there is room for; what it sent, or what it was refused with."""
    content = noise(QUOTA // 4, SEED + 100 + n)
    try:
        admin.upload_file(path_or_fileobj=content, path_in_repo="a.bin", repo_id=f"{os.environ['LIMITED']}/race-{n}")
        return content, None
    except Exception as error:
        return None, explain(error)


@case("many at once store no more than their quota, and who is refused is told")
def quota():
    for n in range(RACERS):
        admin.create_repo(f"{os.environ['LIMITED']}/race-{n}", private=True)
    with concurrent.futures.ThreadPoolExecutor(RACERS) as pool:
        outcomes = list(pool.map(race, range(RACERS)))
    kept = [n for n, (content, _) in enumerate(outcomes) if content is not None]
    assert 1 <= len(kept) < 4, outcomes_text(outcomes)
    for content, refusal in outcomes:
        assert content is not None or "quota" in refusal.lower() or "403" in refusal, refusal
    for n in kept:
        with tempfile.TemporaryDirectory() as cache:
            path = admin.hf_hub_download(f"{os.environ['LIMITED']}/race-{n}", "a.bin", cache_dir=cache)
            with open(path, "rb") as file:
                equal(file.read(), outcomes[n][0])


def outcomes_text(outcomes):
    return "\n".join(refusal or "stored" for _, refusal in outcomes)


run()
