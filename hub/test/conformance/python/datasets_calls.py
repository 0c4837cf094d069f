# datasets: CSV, JSON lines and Parquet, loaded by name, streamed, and pushed.
import io

import pyarrow
import pyarrow.parquet
from datasets import Dataset, DatasetDict, load_dataset

from suite import api, case, counts, equal, run

admin = api()
ROWS = [{"number": n, "word": f"wörd-{n}"} for n in range(200)]


def put(repo, files):
    admin.create_repo(repo, repo_type="dataset")
    for name, content in files.items():
        admin.upload_file(path_or_fileobj=content, path_in_repo=name, repo_id=repo, repo_type="dataset")


def parquet():
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), out)
    return out.getvalue()


FORMATS = {
    "csv": ("number,word\n" + "".join(f"{row['number']},{row['word']}\n" for row in ROWS)).encode(),
    "jsonl": "".join(f'{{"number": {row["number"]}, "word": "{row["word"]}"}}\n' for row in ROWS).encode(),
    "parquet": parquet(),
}


def loads(kind):
    def load():
        put(f"admin/as-{kind}", {f"data/train.{kind}": FORMATS[kind], f"data/test.{kind}": FORMATS[kind]})
        loaded = load_dataset(f"admin/as-{kind}")
        equal(sorted(loaded), ["test", "train"])
        equal(loaded["train"].to_list(), ROWS)

    return load


for kind in FORMATS:
    case(f"load_dataset() loads {kind}")(loads(kind))


@case("load_dataset() streams")
def streams():
    for kind in FORMATS:
        stream = load_dataset(f"admin/as-{kind}", split="train", streaming=True)
        equal(list(stream.take(3)), ROWS[:3])


@case("push_to_hub() and load_dataset() go round")
def push():
    splits = DatasetDict({"train": Dataset.from_list(ROWS), "test": Dataset.from_list(ROWS[:10])})
    before = counts()
    splits.push_to_hub("admin/pushed", private=True)
    loaded = load_dataset("admin/pushed")
    # Sent and fetched as chunks.
    for operation in ("putXorb", "fetchXorb"):
        assert counts().get(operation, 0) > before.get(operation, 0), operation
    equal(loaded["train"].to_list(), ROWS)
    equal(loaded["test"].to_list(), ROWS[:10])
    equal(admin.dataset_info("admin/pushed").card_data["dataset_info"]["splits"][0]["num_examples"], 200)


@case("load_dataset() at a revision")
def revision():
    admin.create_tag("admin/as-csv", tag="v1", repo_type="dataset")
    equal(len(load_dataset("admin/as-csv", revision="v1", split="train")), 200)


run()
