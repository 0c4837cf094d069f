# What a fine-grained token may do, and that it may nothing else.
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

from suite import api, case, equal, raises, run

read_one, write_one, read_named, write_own = (api(n) for n in ("READ_ONE", "WRITE_ONE", "READ_NAMED", "WRITE_OWN"))


def upload(client, repo, path="a.txt"):
    client.upload_file(path_or_fileobj=b"x", path_in_repo=path, repo_id=repo)


@case("whoami() tells the scopes as they were made")
def whoami():
    token = read_one.whoami()["auth"]["accessToken"]
    equal(token["role"], "fineGrained")
    [scope] = token["fineGrained"]["scoped"]
    equal((scope["entity"]["type"], scope["entity"]["name"]), ("model", "admin/scoped"))
    equal(scope["permissions"], ["repo.content.read"])
    [named] = read_named.whoami()["auth"]["accessToken"]["fineGrained"]["scoped"]
    equal((named["entity"]["name"], named["patterns"]), ("acme", ["bert-*"]))


@case("a token for reading one repository reads it and nothing else")
def reads_one():
    equal(read_one.model_info("admin/scoped").id, "admin/scoped")
    equal(read_one.list_repo_files("admin/scoped"), [".gitattributes"])
    with raises(HfHubHTTPError, "403"):
        upload(read_one, "admin/scoped")
    for hidden in ("admin/other", "acme/bert-base"):
        with raises(RepositoryNotFoundError):
            read_one.model_info(hidden)
    equal([model.id for model in read_one.list_models(author="admin")], ["admin/scoped"])


@case("a token for writing one repository writes it and nothing else")
def writes_one():
    upload(write_one, "admin/scoped")
    equal("a.txt" in write_one.list_repo_files("admin/scoped"), True)
    with raises(RepositoryNotFoundError):
        upload(write_one, "admin/other")
    with raises(RepositoryNotFoundError):
        write_one.delete_repo("admin/other")
    with raises(HfHubHTTPError, "403"):
        write_one.create_repo("admin/new-one")
    with raises(HfHubHTTPError, "403"):
        write_one.create_repo("acme/new-one")


@case("a token for the names of an organisation reads those that match")
def reads_named():
    equal(read_named.model_info("acme/bert-base").id, "acme/bert-base")
    with raises(RepositoryNotFoundError):
        read_named.model_info("acme/gpt")
    with raises(HfHubHTTPError, "403"):
        upload(read_named, "acme/bert-base")


@case("a token for a whole namespace makes repositories there and nowhere else")
def writes_own():
    write_own.create_repo("admin/made", private=True)
    upload(write_own, "admin/made")
    with raises(HfHubHTTPError, "403"):
        write_own.create_repo("acme/made")
    with raises(RepositoryNotFoundError):
        write_own.model_info("acme/gpt")
    write_own.delete_repo("admin/made")


@case("a token that is bound to another network is refused and says why")
def away():
    with raises(HfHubHTTPError, "not accepted from the address"):
        api("AWAY").model_info("admin/scoped")


run()
