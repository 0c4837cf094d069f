# Every filter and sort of lists, and the fields that are told from files.
import inspect
import json
import os
import struct
import urllib.error
import urllib.request

from huggingface_hub.errors import HfHubHTTPError

from suite import ENDPOINT, Skipped, api, case, equal, raises, run

admin, other = api(), api("OTHER_TOKEN")


def weights(**tensors):
    """A safetensors file: dtype and shape by name."""
    size = {"F32": 4, "BF16": 2}
    head, at = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape) in tensors.items():
        length = size[dtype]
        for side in shape:
            length *= side
        head[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + length]}
        at += length
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + b"\0" * at


def put(repo, files, repo_type="model", **extra):
    admin.create_repo(repo, repo_type=repo_type, exist_ok=True, **extra)
    for path, content in files.items():
        admin.upload_file(path_or_fileobj=content, path_in_repo=path, repo_id=repo, repo_type=repo_type)


def listing(call, **wish):
    """The ids in their order."""
    for name in wish:
        if name not in inspect.signature(call).parameters:
            raise Skipped(f"{call.__name__} has no {name}")
    return [one.id for one in call(**wish)]


CONFIG = {"architectures": ["BertForMaskedLM"], "model_type": "bert", "secret": "left out"}


@case("upload_file() of safetensors tells how many parameters a model has")
def upload():
    put("admin/f-small", {"model.safetensors": weights(a=("F32", [2, 3]), b=("BF16", [4]))})
    put(
        "admin/f-large",
        {
            "model-00001-of-00002.safetensors": weights(a=("F32", [100, 20])),
            "model-00002-of-00002.safetensors": weights(b=("F32", [1000])),
            "config.json": json.dumps(CONFIG).encode(),
            "tokenizer.json": b"{}",
            "README.md": b"---\nbase_model: admin/f-small\nlicense: mit\n---\n# Large\n",
        },
    )
    put("admin/f-none", {"x.gguf": b"GGUF" + b"\0" * 100})
    small = admin.model_info("admin/f-small", expand=["safetensors"]).safetensors
    equal((small.total, small.parameters), (10, {"F32": 6, "BF16": 4}))
    equal(admin.model_info("admin/f-large", expand=["safetensors"]).safetensors.total, 3000)
    equal(admin.model_info("admin/f-none", expand=["safetensors"]).safetensors, None)


@case("list_models(num_parameters=…) filters by what was read")
def num_parameters():
    wish = {"author": "admin", "search": "f-"}
    equal(set(listing(admin.list_models, num_parameters="min:1,max:100", **wish)), {"admin/f-small"})
    equal(set(listing(admin.list_models, num_parameters="min:1K", **wish)), {"admin/f-large"})
    equal(set(listing(admin.list_models, num_parameters="max:3K", **wish)), {"admin/f-small", "admin/f-large"})


@case("list_models(apps=…) finds what an app can load, and says when it does not know the app")
def apps():
    equal(listing(admin.list_models, apps="ollama", author="admin"), ["admin/f-none"])
    equal(listing(admin.list_models, apps=["llama.cpp", "ollama"], author="admin"), ["admin/f-none"])
    with raises(HfHubHTTPError, "400"):
        listing(admin.list_models, apps="no-such-app")


@case("list_models(inference…=…) finds nothing, because nothing is served")
def inference():
    equal(listing(admin.list_models, inference_provider="all"), [])


@case("fetch_config and expand tell what config.json states")
def config():
    equal(admin.model_info("admin/f-large", expand=["config"]).config, {k: CONFIG[k] for k in ("architectures", "model_type")})
    [listed] = [one for one in admin.list_models(search="f-large", fetch_config=True)]
    equal(listed.config["model_type"], "bert")
    use = admin.model_info("admin/f-large", expand=["transformersInfo"]).transformers_info
    equal((use.auto_model, use.pipeline_tag, use.processor), ("AutoModelForMaskedLM", "fill-mask", "AutoTokenizer"))


@case("expand tells the base models")
def base_models():
    found = fetch("/api/models/admin/f-large?expand=baseModels")["baseModels"]
    equal(found, {"relation": "finetune", "models": [{"id": "admin/f-small"}]})


@case("a deleted file takes its parameters along")
def deleted():
    put("admin/f-gone", {"model.safetensors": weights(a=("F32", [7]))})
    equal(admin.model_info("admin/f-gone", expand=["safetensors"]).safetensors.total, 7)
    admin.delete_file("model.safetensors", "admin/f-gone")
    equal(admin.model_info("admin/f-gone", expand=["safetensors"]).safetensors, None)


@case("a file that only calls itself safetensors is taken and tells nothing")
def not_weights():
    for name, content in (("a", b"short"), ("b", struct.pack("<Q", 2**63) + b"{}"), ("c", struct.pack("<Q", 20) + b"[" * 20)):
        put(f"admin/f-odd-{name}", {"model.safetensors": content})
        equal(admin.model_info(f"admin/f-odd-{name}", expand=["safetensors"]).safetensors, None)


@case("dataset_info() tells description, citation and the size of main")
def dataset():
    readme = b"---\nlicense: mit\n---\n# Numbers\n\nTen thousand numbers.\n\n```bibtex\n@misc{numbers, title={Numbers}}\n```\n"
    put("admin/f-data", {"README.md": readme, "a.bin": b"\0" * 5000}, "dataset")
    info = admin.dataset_info("admin/f-data", expand=["description", "citation"])
    equal((info.description, info.citation), ("Ten thousand numbers.", "@misc{numbers, title={Numbers}}"))
    tree = admin.list_repo_tree("admin/f-data", repo_type="dataset")
    size = sum(one.size for one in tree)
    equal(main_size("admin/f-data"), size)
    admin.upload_file(path_or_fileobj=b"\0" * 70, path_in_repo="a.bin", repo_id="admin/f-data", repo_type="dataset")
    equal(main_size("admin/f-data"), size - 4930)
    admin.delete_file("a.bin", "admin/f-data", repo_type="dataset")
    equal(main_size("admin/f-data"), size - 5000)


def main_size(repo):
    return fetch(f"/api/datasets/{repo}?expand=mainSize")["mainSize"]


@case("list_spaces() finds Spaces by what they use, in any letter case")
def spaces():
    card = b"---\nsdk: static\nmodels:\n- admin/f-small\n- Admin/F-Large\ndatasets:\n- admin/f-data\n---\n"
    put("admin/f-space", {"README.md": card}, "space", space_sdk="static")
    admin.create_repo("admin/f-lone", repo_type="space", space_sdk="static")
    for wish in (
        {"models": "admin/f-small"},
        {"models": ["admin/f-small", "admin/f-large"]},
        {"datasets": "admin/f-data"},
        {"models": "admin/F-small", "datasets": ["admin/f-data"]},
        {"linked": True, "author": "admin"},
    ):
        equal(listing(admin.list_spaces, **wish), ["admin/f-space"])
    equal(listing(admin.list_spaces, models=["admin/f-small", "admin/f-none"]), [])
    assert "admin/f-lone" in listing(admin.list_spaces, author="admin")


@case("GET /api/models sorts by parameters and /api/datasets by the size of main")
def sorts():
    found = [one["id"] for one in fetch("/api/models?author=admin&search=f-&sort=num_parameters&limit=2")]
    equal(found, ["admin/f-large", "admin/f-small"])
    put("admin/f-data-large", {"a.bin": b"\0" * 9000}, "dataset")
    found = [one["id"] for one in fetch("/api/datasets?author=admin&search=f-data&sort=mainSize")]
    equal(found, ["admin/f-data-large", "admin/f-data"])
    found = [one["id"] for one in fetch("/api/datasets?author=admin&search=f-data&sort=mainSize&direction=1")]
    equal(found, ["admin/f-data", "admin/f-data-large"])


@case("overviews count likes and members")
def overviews():
    assert fetch("/api/users/admin/overview")["numLikes"] == 0
    equal(fetch("/api/organizations/acme/overview")["numUsers"], 1)


@case("what cannot be expanded is refused, of commits too")
def unknown():
    with raises(HfHubHTTPError, "400"):
        admin.model_info("admin/f-small", expand=["nonsense"])
    for path in ("/api/models?expand=nonsense", "/api/models/admin/f-small/commits/main?expand[]=nonsense"):
        equal(ask(path)[0], 400)
    equal(ask("/api/models/admin/f-small/commits/main?expand[]=formatted")[0], 200)


def ask(path):
    """Status and body of what no client's call asks for."""
    request = urllib.request.Request(ENDPOINT + path, headers={"Authorization": "Bearer " + os.environ["HF_TOKEN"]})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, None


def fetch(path):
    status, body = ask(path)
    equal(status, 200)
    return body


run()
