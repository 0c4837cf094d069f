# Spaces: where they are, how they are, their variables, and their files on an origin of their own.
import json
import os
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from huggingface_hub.errors import BadRequestError, HfHubHTTPError, RepositoryNotFoundError

from suite import ENDPOINT, Skipped, api, case, equal, raises, run

admin, other = api(), api("OTHER_TOKEN")


def site(repo_id, path="/", token=os.environ["HF_TOKEN"]):
    """Asks a Space's own origin, whose name leads to this machine whatever the system's resolver says."""
    asked = urllib.request.Request(f"{ENDPOINT}/api/spaces/{repo_id}/host", headers={"authorization": f"Bearer {token}"})
    host = urlsplit(json.load(urllib.request.urlopen(asked))["host"])
    url = f"http://127.0.0.1:{host.port}{path}"
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}", "host": host.netloc})
    return urllib.request.urlopen(request).read()


@case("a static Space says that it lacks its page, and is shown once it has one")
def shown():
    admin.create_repo("admin/site", repo_type="space", space_sdk="static", private=True)
    equal(admin.get_space_runtime("admin/site").stage, "NO_APP_FILE")
    admin.upload_file(path_or_fileobj=b"<h1>here</h1>", path_in_repo="index.html", repo_id="admin/site", repo_type="space")
    equal(admin.get_space_runtime("admin/site").stage, "RUNNING")
    equal(site("admin/site"), b"<h1>here</h1>")


@case("space_info() tells host, subdomain and runtime")
def info():
    info = admin.space_info("admin/site")
    equal(info.subdomain, "admin-site")
    assert info.host.startswith("http://admin-site.localhost"), info.host
    equal(info.runtime.stage, "RUNNING")
    equal(admin.space_info("admin/site", expand=["runtime"]).runtime.stage, "RUNNING")


@case("variables are added, listed and deleted")
def variables():
    admin.add_space_variable("admin/site", "MODEL", "a/b", description="which one")
    told = admin.add_space_variable("admin/site", "SIZE", "7")
    equal({name: variable.value for name, variable in told.items()}, {"MODEL": "a/b", "SIZE": "7"})
    equal(told["MODEL"].description, "which one")
    admin.delete_space_variable("admin/site", "SIZE")
    equal(list(admin.get_space_variables("admin/site")), ["MODEL"])


@case("pause_space() and restart_space() answer with the stage")
def pausing():
    equal(admin.pause_space("admin/site").stage, "PAUSED")
    with raises(urllib.error.HTTPError, "Service Unavailable"):
        site("admin/site")
    equal(admin.restart_space("admin/site", factory_reboot=True).stage, "RUNNING")


@case("a copy has the files and the variables, and those that it is given")
def duplicate():
    more = [{"key": "SIZE", "value": "8"}]
    if hasattr(admin, "duplicate_repo"):
        admin.duplicate_repo("admin/site", to_id="admin/copy", repo_type="space", private=True, space_variables=more)
    else:
        admin.duplicate_space("admin/site", to_id="admin/copy", private=True, variables=more)
    equal({name: v.value for name, v in admin.get_space_variables("admin/copy").items()}, {"MODEL": "a/b", "SIZE": "8"})
    equal(site("admin/copy"), b"<h1>here</h1>")


@case("secrets and hardware are refused in words")
def refused():
    with raises((BadRequestError, HfHubHTTPError), "static Space has no secrets"):
        admin.add_space_secret("admin/site", "KEY", "value")
    with raises((BadRequestError, HfHubHTTPError), "no hardware"):
        admin.request_space_hardware("admin/site", "cpu-upgrade")
    with raises((BadRequestError, HfHubHTTPError), "the loader would"):
        admin.add_space_variable("admin/site", "LD_PRELOAD", "x.so")


@case("secrets are set, listed without their values, set anew and deleted")
def secrets():
    admin.create_repo("admin/app", repo_type="space", space_sdk="gradio", private=True)
    equal(admin.add_space_secret("admin/app", "API_KEY", "a value: \u00fc", description="of a model"), None)
    admin.add_space_secret("admin/app", "API_KEY", "another value", description="of a model")
    admin.add_space_secret("admin/app", "OPENAI_API_KEY", "sk-proj-" + "a1B2" * 10)
    if hasattr(admin, "get_space_secrets"):
        told = admin.get_space_secrets("admin/app")
        equal({key: secret.description for key, secret in told.items()}, {"API_KEY": "of a model", "OPENAI_API_KEY": None})
        assert told["API_KEY"].updated_at is not None
    admin.delete_space_secret("admin/app", "OPENAI_API_KEY")
    asked = urllib.request.Request(
        f"{ENDPOINT}/api/spaces/admin/app/secrets", headers={"authorization": f"Bearer {os.environ['HF_TOKEN']}"}
    )
    left = json.load(urllib.request.urlopen(asked))
    equal({key: (one["version"], one["way"]) for key, one in left.items()}, {"API_KEY": (2, "variable")})
    with raises((BadRequestError, HfHubHTTPError), "to remove a secret, delete it"):
        admin.add_space_secret("admin/app", "EMPTY", "")
    with raises((BadRequestError, HfHubHTTPError), "has a secret of this name"):
        admin.add_space_variable("admin/app", "API_KEY", "1")
    with raises((BadRequestError, HfHubHTTPError), "Make it without them"):
        wish = [{"key": "KEY", "value": "value"}]
        admin.create_repo("admin/more", repo_type="space", space_sdk="gradio", space_secrets=wish)


@case("wait_for_space() and fetch_space_logs() end where nothing is built or run")
def logs():
    if not hasattr(admin, "fetch_space_logs"):
        raise Skipped("no such call")
    card = b"---\nsdk: static\npython_version: 3.12\n---\n"
    admin.upload_file(path_or_fileobj=card, path_in_repo="README.md", repo_id="admin/site", repo_type="space")
    said = "".join(admin.fetch_space_logs("admin/site", build=True))
    assert '"python_version" has no effect' in said, said
    equal(list(admin.fetch_space_logs("admin/site", follow=True)), [])
    if hasattr(admin, "wait_for_space"):
        equal(admin.wait_for_space("admin/site", timeout=10).stage, "RUNNING")


@case("a private Space is none to others")
def hidden():
    with raises(RepositoryNotFoundError):
        other.get_space_runtime("admin/site")
    with raises(RepositoryNotFoundError):
        other.get_space_variables("admin/site")
    with raises(RepositoryNotFoundError):
        other.pause_space("admin/site")


run()
