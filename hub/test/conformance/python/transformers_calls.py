# transformers: a tiny configuration and tokenizer, made here, pushed and loaded again.
import tempfile

from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoConfig, AutoTokenizer, BertConfig, PreTrainedTokenizerFast

from suite import api, case, equal, raises, run

admin = api()
REPO = "admin/tiny-bert"


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


@case("what was saved locally is the same as what was pushed")
def same():
    with tempfile.TemporaryDirectory() as folder:
        AutoTokenizer.from_pretrained(REPO).save_pretrained(folder)
        equal(AutoTokenizer.from_pretrained(folder).get_vocab(), tokenizer().get_vocab())


@case("the model is found by its library")
def tagged():
    assert REPO in {model.id for model in admin.list_models(author="admin")}


run()
