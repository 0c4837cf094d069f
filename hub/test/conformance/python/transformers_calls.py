# transformers: a tiny configuration, tokenizer and weights, made here, pushed and loaded again. The weights are NumPy's: PyTorch comes
# with some gigabytes for graphics cards, and what is above them is the same.
import json
import tempfile
from pathlib import Path

import numpy
from huggingface_hub import snapshot_download
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoConfig, AutoTokenizer, BertConfig, PreTrainedTokenizerFast
from transformers.utils import PushToHubMixin, cached_file
from transformers.utils.hub import get_checkpoint_shard_files

from suite import api, case, equal, raises, read, run

admin = api()
REPO = "admin/tiny-bert"
WHOLE = "admin/tiny-whole"
SHARDED = "admin/tiny-sharded"


def tokenizer():
    vocabulary = {"[UNK]": 0, "[PAD]": 1, "hello": 2, "world": 3}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="[UNK]", pad_token="[PAD]")


@case("push_to_hub() of a configuration makes the repository")
def push_config():
    BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, vocab_size=4).push_to_hub(REPO, private=True)
    assert "config.json" in admin.list_repo_files(REPO)


@case("push_to_hub() of a tokenizer adds to it")
def push_tokenizer():
    tokenizer().push_to_hub(REPO)
    assert {"tokenizer.json", "tokenizer_config.json"} <= set(admin.list_repo_files(REPO))


@case("from_pretrained() loads both")
def load():
    equal(AutoConfig.from_pretrained(REPO).hidden_size, 8)
    equal(AutoTokenizer.from_pretrained(REPO)("hello world there")["input_ids"], [2, 3, 0])


@case("from_pretrained() at a revision, and of what is not there")
def revisions():
    admin.create_tag(REPO, tag="v1")
    equal(AutoConfig.from_pretrained(REPO, revision="v1").hidden_size, 8)
    with raises(OSError):
        AutoConfig.from_pretrained(REPO, revision="not-there")
    with raises(OSError):
        AutoConfig.from_pretrained("admin/not-there")


class TinyModel(PushToHubMixin):
    """Random weights with the names and shapes of a BERT, saved as transformers saves its models; pushed by its code."""

    WIDTH, LAYERS = 128, 3

    def __init__(self):
        random = numpy.random.default_rng(7)
        names = ["embeddings.word_embeddings"]
        names += [f"encoder.layer.{n}.attention.self.{part}" for n in range(self.LAYERS) for part in ("query", "key", "value")]
        self.weights = {f"{name}.weight": random.standard_normal((self.WIDTH, self.WIDTH), numpy.float32) for name in names}
        self.saved = {}

    def save_pretrained(self, folder, max_shard_size=None, **_):
        folder = Path(folder)
        BertConfig(hidden_size=self.WIDTH, num_hidden_layers=self.LAYERS, num_attention_heads=2, vocab_size=self.WIDTH).save_pretrained(folder)
        each = max(1, int(max_shard_size) // (4 * self.WIDTH**2)) if isinstance(max_shard_size, int) else len(self.weights)
        names = list(self.weights)
        parts = [names[at : at + each] for at in range(0, len(names), each)]
        places = {}
        for number, part in enumerate(parts, 1):
            file = "model.safetensors" if len(parts) == 1 else f"model-{number:05}-of-{len(parts):05}.safetensors"
            save_file({name: self.weights[name] for name in part}, folder / file, metadata={"format": "pt"})
            places.update(dict.fromkeys(part, file))
        if len(parts) > 1:
            total = sum(tensor.nbytes for tensor in self.weights.values())
            index = {"metadata": {"total_size": total}, "weight_map": places}
            (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2))
        self.saved = read(folder)

    def same(self, files):
        """These files hold exactly these weights."""
        loaded = {name: tensor for file in files for name, tensor in load_file(file).items()}
        equal(set(loaded), set(self.weights))
        assert all(numpy.array_equal(loaded[name], tensor) for name, tensor in self.weights.items())


def came_back(repo, model):
    """Everything that was saved is what a client that has nothing fetches, byte for byte."""
    with tempfile.TemporaryDirectory() as folder:
        fetched = read(snapshot_download(repo, local_dir=folder))
    for name, content in model.saved.items():
        assert fetched[name] == content, f"{name} came back otherwise"
    return fetched


@case("push_to_hub() of weights in one file; they come back byte for byte")
def push_whole():
    model = TinyModel()
    model.push_to_hub(WHOLE, private=True, tags=["tiny"])
    assert {"README.md", "config.json", "model.safetensors"} <= set(came_back(WHOLE, model))
    model.same([cached_file(WHOLE, "model.safetensors")])
    (weights,) = admin.get_paths_info(WHOLE, "model.safetensors")
    assert weights.lfs is not None, "weights are stored as large files"
    found = admin.get_safetensors_metadata(WHOLE)
    equal(sum(found.parameter_count.values()), sum(tensor.size for tensor in model.weights.values()))


@case("push_to_hub() of weights in several files with an index; they come back byte for byte")
def push_sharded():
    model = TinyModel()
    model.push_to_hub(SHARDED, private=True, max_shard_size=3 * 4 * TinyModel.WIDTH**2)
    fetched = came_back(SHARDED, model)
    equal(sum(name.endswith(".safetensors") for name in fetched), 4)
    files, index = get_checkpoint_shard_files(SHARDED, cached_file(SHARDED, "model.safetensors.index.json"))
    equal(len(files), 4)
    equal(set(index["all_checkpoint_keys"]), set(model.weights))
    model.same(files)


@case("weights that are pushed again take the place of the first; those stay in their revision")
def push_again():
    model = TinyModel()
    before = admin.repo_info(WHOLE).sha
    model.weights = {name: -tensor for name, tensor in model.weights.items()}
    model.push_to_hub(WHOLE)
    came_back(WHOLE, model)
    model.same([cached_file(WHOLE, "model.safetensors", revision="main")])
    TinyModel().same([cached_file(WHOLE, "model.safetensors", revision=before)])


@case("what was saved locally is the same as what was pushed")
def same():
    with tempfile.TemporaryDirectory() as folder:
        AutoTokenizer.from_pretrained(REPO).save_pretrained(folder)
        equal(AutoTokenizer.from_pretrained(folder).get_vocab(), tokenizer().get_vocab())


@case("the model is found by its library")
def tagged():
    assert REPO in {model.id for model in admin.list_models(author="admin")}


run()
