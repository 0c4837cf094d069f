# The little that a suite of client calls needs: cases in order, one line of JSON for each, and a few assertions.
# The node side (hub/test/harness/python.ts) makes a test of every line.
import contextlib
import hashlib
import json
import os
import re
import sys
import traceback
import urllib.request
from pathlib import Path

import huggingface_hub
from huggingface_hub import HfApi

ENDPOINT = os.environ["HF_ENDPOINT"]
VERSION = tuple(int(part) for part in huggingface_hub.__version__.split(".")[:2])

_cases = []


class Skipped(Exception):
    """Raised by a case that this client's version cannot do."""


def case(name):
    """Declares a case. Cases run in order and may build on each other."""

    def declare(function):
        _cases.append((name, function))
        return function

    return declare


def since(*version):
    """Leaves the case out with older clients."""
    if VERSION < version:
        raise Skipped(f"huggingface_hub {huggingface_hub.__version__} has no such call")


def run():
    """Runs every case and prints a line for each; the last one is marked, so that a crash is seen."""
    for number, (name, function) in enumerate(_cases):
        result = {"name": name, "last": number == len(_cases) - 1}
        try:
            function()
        except Skipped as skipped:
            result["skipped"] = str(skipped)
        except BaseException as error:
            result["error"] = explain(error)
        print("@case " + json.dumps(result), flush=True)


def explain(error):
    """What went wrong and where in the suite, without the client's own frames."""
    here = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == Path(__file__).parent]
    lines = [f"{Path(frame.filename).name}:{frame.lineno}: {frame.line}" for frame in here[1:]]
    while error is not None:
        lines.extend(traceback.format_exception_only(error))
        error = error.__cause__ or error.__context__
    return "\n".join(line.rstrip() for line in lines)


def api(token="HF_TOKEN"):
    """The client as somebody: the name of the variable with the token, or None for nobody."""
    return HfApi(endpoint=ENDPOINT, token=os.environ[token] if token else False)


@contextlib.contextmanager
def raises(kind, text=""):
    """Expects this refusal, with this text in it, or this status when it is a number."""
    try:
        yield
    except kind as error:
        if text.isdigit():
            equal(error.response.status_code, int(text))
        else:
            assert text.lower() in str(error).lower(), f"{text!r} is not in {error!s}"
        return
    raise AssertionError(f"nothing was raised, {kind.__name__} was expected")


def equal(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def git_sha(data):
    """The id git gives to a blob."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def noise(size, seed=0):
    """Bytes that do not compress, the same for the same seed."""
    return hashlib.shake_128(b"holdfast %d" % seed).digest(size)


def write(folder, files):
    """Writes files (relative name to bytes) below a folder."""
    for name, content in files.items():
        file = Path(folder) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def read(folder):
    """Every file below a folder, but what the client keeps for itself."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(Path(folder).rglob("*"))
        if file.is_file() and ".cache" not in file.relative_to(folder).parts
    }


def counts():
    """How often the hub answered each operation well."""
    request = urllib.request.Request(f"{ENDPOINT}/metrics", headers={"Authorization": f"Bearer {os.environ['HF_TOKEN']}"})
    with urllib.request.urlopen(request) as answer:
        lines = answer.read().decode()
    found = {}
    for operation, count in re.findall(r'^holdfast_http_requests_total\{operation="(\w+)",status="2\d\d"\} (\d+)$', lines, re.M):
        found[operation] = found.get(operation, 0) + int(count)
    return found


def stored_bytes():
    """What the hub's large objects take on its disk."""
    return sum(file.stat().st_size for file in Path(os.environ["HUB_OBJECTS"]).rglob("*") if file.is_file())


def fail(text):
    print(text, file=sys.stderr)
    raise AssertionError(text)
