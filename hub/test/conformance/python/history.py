# Branches, tags, commits and squashing.
from huggingface_hub.errors import BadRequestError, HfHubHTTPError, RevisionNotFoundError

from suite import api, case, equal, raises, run

admin = api()
REPO = "admin/history"


def put(name, content, **more):
    return admin.upload_file(
        path_or_fileobj=content, path_in_repo=name, repo_id=REPO, commit_message=f"Put {name}", **more
    ).oid


@case("list_repo_commits() lists newest first, through every page")
def commits():
    admin.create_repo(REPO)
    made = [put(f"file-{number}.txt", b"%d" % number) for number in range(60)]
    listed = admin.list_repo_commits(REPO, formatted=True)
    equal([commit.commit_id for commit in listed][:-1], made[::-1])
    equal((listed[0].title, listed[-1].title), ("Put file-59.txt", "initial commit"))
    equal(len(admin.list_repo_commits(REPO, revision=made[0])), 2)
    with raises(RevisionNotFoundError):
        admin.list_repo_commits(REPO, revision="not-there")


@case("create_branch() branches from a revision, and a branch grows apart")
def branches():
    first = admin.list_repo_commits(REPO)[-1].commit_id
    admin.create_branch(REPO, branch="old", revision=first)
    admin.create_branch(REPO, branch="feature/one")
    with raises(HfHubHTTPError, "409"):
        admin.create_branch(REPO, branch="old")
    admin.create_branch(REPO, branch="old", exist_ok=True)
    with raises(RevisionNotFoundError):
        admin.create_branch(REPO, branch="other", revision="not-there")
    put("only-there.txt", b"x", revision="feature/one")
    equal(admin.file_exists(REPO, "only-there.txt", revision="feature/one"), True)
    equal(admin.file_exists(REPO, "only-there.txt"), False)
    equal(admin.list_repo_files(REPO, revision="old"), [".gitattributes"])
    path = admin.hf_hub_download(REPO, "only-there.txt", revision="feature/one")
    equal(open(path, "rb").read(), b"x")


@case("create_tag() tags a revision with a message")
def tags():
    admin.create_tag(REPO, tag="v1.0", tag_message="The first", revision="old")
    admin.create_tag(REPO, tag="v2.0")
    with raises(HfHubHTTPError, "409"):
        admin.create_tag(REPO, tag="v1.0")
    admin.create_tag(REPO, tag="v1.0", exist_ok=True)
    with raises(RevisionNotFoundError):
        admin.create_tag(REPO, tag="v3.0", revision="not-there")
    equal(admin.list_repo_files(REPO, revision="v1.0"), [".gitattributes"])


@case("list_repo_refs() lists branches and tags with their commits")
def refs():
    refs = admin.list_repo_refs(REPO)
    equal({branch.name for branch in refs.branches}, {"main", "old", "feature/one"})
    equal({tag.name for tag in refs.tags}, {"v1.0", "v2.0"})
    equal(refs.converts, [])
    main = next(branch for branch in refs.branches if branch.name == "main")
    equal((main.ref, main.target_commit), ("refs/heads/main", admin.model_info(REPO).sha))


@case("delete_branch() and delete_tag() delete, but not main")
def delete():
    admin.delete_branch(REPO, branch="old")
    admin.delete_tag(REPO, tag="v1.0")
    with raises(RevisionNotFoundError):
        admin.delete_tag(REPO, tag="v1.0")
    with raises(HfHubHTTPError):
        admin.delete_branch(REPO, branch="main")
    with raises(HfHubHTTPError):
        admin.delete_branch(REPO, branch="old")
    refs = admin.list_repo_refs(REPO)
    equal({branch.name for branch in refs.branches}, {"main", "feature/one"})
    equal({tag.name for tag in refs.tags}, {"v2.0"})


@case("a bad branch name is refused")
def bad_names():
    for name in ("a..b", "-x", "a~b", "refs/heads/x", "a b"):
        with raises((BadRequestError, HfHubHTTPError)):
            admin.create_branch(REPO, branch=name)


@case("super_squash_history() keeps the files and forgets the past")
def squash():
    files = sorted(admin.list_repo_files(REPO))
    admin.super_squash_history(REPO, commit_message="All of it")
    [commit] = admin.list_repo_commits(REPO)
    equal(commit.title, "All of it")
    equal(sorted(admin.list_repo_files(REPO)), files)
    equal(len(admin.list_repo_commits(REPO, revision="v2.0")), 61)


run()
