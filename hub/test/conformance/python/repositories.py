# Creating, describing, listing, changing, moving, copying and deleting repositories of every type.
from huggingface_hub.errors import BadRequestError, HfHubHTTPError, RepositoryNotFoundError

from suite import api, case, equal, raises, run, since

admin, other = api(), api("OTHER_TOKEN")

CARD = b"""---
license: mit
language:
- en
- fr
library_name: transformers
pipeline_tag: text-classification
tags:
- tiny
- holdfast
datasets:
- admin/numbers
base_model: admin/base
---
# A tiny classifier
"""

DATASET_CARD = b"""---
license: cc-by-4.0
task_categories:
- text-classification
language:
- en
size_categories:
- n<1K
---
# Numbers
"""


@case("create_repo() makes a model, a dataset and a Space, each with an initial commit")
def create():
    for repo_type, extra in (("model", {}), ("dataset", {}), ("space", {"space_sdk": "static"})):
        url = admin.create_repo("admin/first", repo_type=repo_type, **extra)
        equal(url.repo_id, "admin/first")
        equal(url.repo_type, repo_type)
        [commit] = admin.list_repo_commits("admin/first", repo_type=repo_type)
        equal(commit.title, "initial commit")
        assert ".gitattributes" in admin.list_repo_files("admin/first", repo_type=repo_type)
    assert "README.md" in admin.list_repo_files("admin/first", repo_type="space")


@case("create_repo() without a namespace uses the caller's own")
def create_short():
    equal(admin.create_repo("short-name").repo_id, "admin/short-name")


@case("create_repo() in an organisation")
def create_in_organisation():
    equal(admin.create_repo("acme/shared").repo_id, "acme/shared")
    with raises(HfHubHTTPError, "403"):
        other.create_repo("acme/stolen")


@case("create_repo() refuses a name that is taken, unless it may exist")
def create_twice():
    with raises(HfHubHTTPError, "409"):
        admin.create_repo("admin/first")
    equal(admin.create_repo("admin/first", exist_ok=True).repo_id, "admin/first")


@case("create_repo() refuses bad and reserved names with a clear error")
def create_bad():
    for name in ("admin/.hidden-", "admin/a" + "b" * 120):
        with raises((BadRequestError, HfHubHTTPError, ValueError)):
            admin.create_repo(name)


@case("repo_info() gives what clients read")
def info():
    admin.create_repo("admin/described", private=True)
    admin.upload_file(path_or_fileobj=CARD, path_in_repo="README.md", repo_id="admin/described")
    model = admin.model_info("admin/described", files_metadata=True)
    equal(model.id, "admin/described")
    equal(model.author, "admin")
    equal(model.private, True)
    equal(model.gated, False)
    equal(model.disabled, False)
    equal(model.downloads, 0)
    equal(model.likes, 0)
    equal(len(model.sha), 40)
    assert model.created_at.tzinfo is not None and model.last_modified >= model.created_at
    equal(model.pipeline_tag, "text-classification")
    equal(model.library_name, "transformers")
    equal(model.card_data.license, "mit")
    for tag in ("tiny", "holdfast", "license:mit", "en", "fr", "transformers", "text-classification"):
        assert tag in model.tags, f"{tag} is not in {model.tags}"
    readme = next(sibling for sibling in model.siblings if sibling.rfilename == "README.md")
    equal(readme.size, len(CARD))


@case("repo_info() with expand gives what was asked and refuses what is unknown")
def expand():
    model = admin.model_info("admin/described", expand=["tags", "sha"])
    assert model.tags and model.sha
    equal(model.siblings, None)
    with raises(HfHubHTTPError, "400"):
        admin.model_info("admin/described", expand=["nonsense"])


@case("repo_info() at a revision, and of nothing")
def info_revision():
    commits = admin.list_repo_commits("admin/described")
    first = commits[-1].commit_id
    equal(admin.model_info("admin/described", revision=first).sha, first)
    with raises(RepositoryNotFoundError):
        admin.model_info("admin/nothing-here")


@case("list_models() filters, searches and sorts")
def list_models():
    ids = lambda **wish: {model.id for model in admin.list_models(**wish)}
    assert {"admin/described", "admin/first", "acme/shared"} <= ids()
    assert "admin/described" in ids(author="admin")
    equal(ids(author="acme"), {"acme/shared"})
    equal(ids(search="describ"), {"admin/described"})
    equal(ids(filter="holdfast"), {"admin/described"})
    equal(ids(filter=["holdfast", "license:mit"]), {"admin/described"})
    equal(ids(filter=["holdfast", "license:apache-2.0"]), set())
    equal(ids(pipeline_tag="text-classification"), {"admin/described"})
    equal(len(list(admin.list_models(limit=2))), 2)
    for order in ("created_at", "last_modified", "likes", "downloads", "trending_score"):
        assert len(ids(sort=order)) >= 3
    newest = [model.id for model in admin.list_models(sort="created_at", author="admin")]
    equal(newest[0], "admin/described")
    full = next(iter(admin.list_models(search="describ", full=True, cardData=True)))
    equal(full.card_data["license"], "mit")
    equal(full.sha, admin.model_info("admin/described").sha)


@case("list_models(), list_datasets() and list_spaces() name all files where they are asked for")
def list_siblings():
    made = {"model": admin.list_models, "dataset": admin.list_datasets, "space": admin.list_spaces}
    for kind, listing in made.items():
        repo = f"admin/files-of-{kind}"
        sdk = {"space_sdk": "static"} if kind == "space" else {}
        admin.create_repo(repo, repo_type=kind, private=True, **sdk)
        admin.upload_file(path_or_fileobj=b"x", path_in_repo="a/b/c.txt", repo_id=repo, repo_type=kind)
        expected = sorted(admin.list_repo_files(repo, repo_type=kind))
        for wish in ({"full": True}, {"expand": ["siblings", "sha"]}):
            for found in listing(author="admin", **wish):
                names = sorted(sibling.rfilename for sibling in found.siblings)
                equal(names, sorted(admin.list_repo_files(found.id, repo_type=kind)))
            [one] = [found for found in listing(author="admin", **wish) if found.id == repo]
            equal(sorted(sibling.rfilename for sibling in one.siblings), expected)
        assert "a/b/c.txt" in expected
        assert repo not in {found.id for found in getattr(other, f"list_{kind}s")(full=True)}
        admin.delete_repo(repo, repo_type=kind)


@case("a private repository is listed to its owner alone")
def list_private():
    assert "admin/described" not in {model.id for model in other.list_models()}
    equal(list(other.list_models(search="describ")), [])


@case("list_models() goes through every page")
def pages():
    for number in range(25):
        admin.create_repo(f"admin/page-{number:02}")
    found = [model.id for model in admin.list_models(search="page-", expand=["likes"])]
    equal(len(found), 25)
    equal(len(set(found)), 25)


@case("list_datasets() and list_spaces() filter")
def list_others():
    admin.create_repo("admin/numbers", repo_type="dataset")
    admin.upload_file(
        path_or_fileobj=DATASET_CARD, path_in_repo="README.md", repo_id="admin/numbers", repo_type="dataset"
    )
    ids = {dataset.id for dataset in admin.list_datasets(task_categories="text-classification", language="en")}
    equal(ids, {"admin/numbers"})
    equal({dataset.id for dataset in admin.list_datasets(size_categories="n<1K")}, {"admin/numbers"})
    equal({space.id for space in admin.list_spaces(author="admin")}, {"admin/first"})
    equal({model.id for model in admin.list_models(filter="dataset:admin/numbers")}, {"admin/described"})


@case("update_repo_settings() changes who may see")
def visibility():
    admin.update_repo_settings("admin/described", private=False)
    equal(other.model_info("admin/described").private, False)
    admin.update_repo_settings("admin/described", private=True)
    with raises(RepositoryNotFoundError):
        other.model_info("admin/described")
    with raises(RepositoryNotFoundError):
        other.update_repo_settings("admin/described", private=False)


@case("move_repo() leaves a redirect that clients follow")
def move():
    admin.create_repo("admin/old-name")
    admin.upload_file(path_or_fileobj=b"kept", path_in_repo="a/kept.txt", repo_id="admin/old-name")
    admin.move_repo("admin/old-name", "admin/new-name")
    equal(admin.model_info("admin/new-name").id, "admin/new-name")
    equal(admin.model_info("admin/old-name").id, "admin/new-name")
    equal(admin.create_repo("admin/old-name", exist_ok=True).repo_id, "admin/new-name")
    path = admin.hf_hub_download("admin/old-name", "a/kept.txt")
    equal(open(path, "rb").read(), b"kept")


@case("move_repo() into an organisation, and not onto what exists")
def move_into():
    admin.move_repo("admin/new-name", "acme/new-name")
    equal(admin.model_info("admin/old-name").id, "acme/new-name")
    with raises(HfHubHTTPError):
        admin.move_repo("acme/new-name", "admin/first")


@case("a name that moved on is not given to somebody else")
def moved_name():
    with raises(HfHubHTTPError):
        other.create_repo("admin/old-name")


@case("duplicate_repo() copies files")
def duplicate():
    since(1, 20)
    admin.duplicate_repo("admin/described", "admin/copied", private=True)
    equal(
        sorted(admin.list_repo_files("admin/copied")), sorted(admin.list_repo_files("admin/described"))
    )
    with raises(HfHubHTTPError, "409"):
        admin.duplicate_repo("admin/described", "admin/copied")
    with raises(RepositoryNotFoundError):
        other.duplicate_repo("admin/described", "other/copied")


@case("list_user_repos() says how much each stores")
def storage():
    since(1, 20)
    repos = {repo.id for repo in admin.list_user_repos()}
    assert "admin/described" in repos
    assert "acme/shared" in {repo.id for repo in admin.list_user_repos(namespace="acme")}


@case("tags by type are listed")
def tags():
    assert isinstance(admin.get_model_tags(), dict)
    assert isinstance(admin.get_dataset_tags(), dict)


@case("likes are counted and listed")
def likes():
    equal(list(admin.list_repo_likers("admin/first")), [])
    equal(admin.list_liked_repos("admin").total, 0)
    admin.unlike("admin/first")


@case("delete_repo() deletes, once")
def delete():
    admin.delete_repo("admin/first")
    equal(admin.repo_exists("admin/first"), False)
    equal(admin.repo_exists("admin/first", repo_type="dataset"), True)
    with raises(RepositoryNotFoundError):
        admin.delete_repo("admin/first")
    admin.delete_repo("admin/first", missing_ok=True)
    with raises(RepositoryNotFoundError):
        other.delete_repo("admin/described")


@case("a repository made anew under its old name has nothing of the old one")
def recreate():
    admin.create_repo("admin/first")
    equal(admin.list_repo_files("admin/first"), [".gitattributes"])


run()
