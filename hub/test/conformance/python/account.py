# Who one is, and what tokens may do.
import os

from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

from suite import api, case, equal, raises, run, since

admin, other, reader, nobody = api(), api("OTHER_TOKEN"), api("READ_TOKEN"), api(None)


@case("whoami() names the user, the organisations and the token's role")
def whoami():
    me = admin.whoami()
    equal(me["name"], "admin")
    equal(me["type"], "user")
    equal([org["name"] for org in me["orgs"]], ["acme"])
    equal(me["auth"]["accessToken"]["role"], "write")
    equal(reader.whoami()["auth"]["accessToken"]["role"], "read")


@case("whoami() refuses no token and a wrong one")
def whoami_refused():
    since(1, 0)  # Before, the client sends the token of the environment although it was told not to.
    with raises(Exception):
        nobody.whoami()
    os.environ["WRONG_TOKEN"] = "hf_" + "x" * 34
    with raises(HfHubHTTPError, "invalid"):
        api("WRONG_TOKEN").whoami()


@case("a read token reads and does not write")
def read_token():
    admin.create_repo("admin/readable", private=True)
    admin.upload_file(path_or_fileobj=b"x", path_in_repo="x.txt", repo_id="admin/readable")
    equal(reader.repo_exists("admin/readable"), True)
    with raises(HfHubHTTPError, "403"):
        reader.upload_file(path_or_fileobj=b"y", path_in_repo="x.txt", repo_id="admin/readable")
    with raises(HfHubHTTPError, "403"):
        reader.create_repo("admin/new-one")


@case("a private repository of somebody else looks missing, in reading and in writing")
def private_hidden():
    equal(other.repo_exists("admin/readable"), False)
    with raises(RepositoryNotFoundError):
        other.model_info("admin/readable")
    with raises(RepositoryNotFoundError):
        other.upload_file(path_or_fileobj=b"y", path_in_repo="x.txt", repo_id="admin/readable")
    with raises(RepositoryNotFoundError):
        other.delete_repo("admin/readable")


@case("a public repository of somebody else is read, not written")
def public_not_written():
    admin.create_repo("admin/public-one")
    equal(other.model_info("admin/public-one").id, "admin/public-one")
    with raises(HfHubHTTPError, "403"):
        other.upload_file(path_or_fileobj=b"y", path_in_repo="x.txt", repo_id="admin/public-one")


@case("auth_check() says who may read")
def auth_check():
    admin.auth_check("admin/readable")
    with raises(RepositoryNotFoundError):
        other.auth_check("admin/readable")


@case("users and organisations can be looked up")
def overviews():
    equal(admin.get_user_overview("admin").username, "admin")
    equal([member.username for member in admin.list_organization_members("acme")], ["admin"])
    with raises(HfHubHTTPError, "404"):
        admin.get_user_overview("nobody-here")
    since(1, 0)
    equal(admin.get_organization_overview("acme").name, "acme")


@case("an anonymous reader sees nothing of an instance for its signed-in users")
def anonymous():
    with raises(RepositoryNotFoundError):
        nobody.model_info("admin/public-one")
    equal(nobody.repo_exists("admin/public-one"), False)


run()
