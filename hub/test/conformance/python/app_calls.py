# What suites of Spaces with a program share: waiting for a stage, reading a log, and looking for what is left behind.
import os
import socket
import time
from pathlib import Path

import httpx

from suite import ENDPOINT, api

TOKEN = os.environ["HF_TOKEN"]
# A first start makes the root that all apps share.
PATIENCE = 1200
# What sandboxes are made with.
GVISOR = os.environ.get("HUB_RUNTIME") == "gvisor"

admin = api()

# Names below `localhost` lead to this machine (RFC 6761), whatever the system's resolver makes of them.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **named: resolve(
    "127.0.0.1" if isinstance(host, str) and host.endswith(".localhost") else host, *rest, **named
)


def until(true, patience=120, pause=0.1):
    """Waits until this gives something, and gives it; `None` when it does not in time."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(pause)
    return None


def wait(stage, repo, patience=PATIENCE):
    """Waits until a Space has come to this stage; another end is a failure that says what the Space says."""
    end = time.monotonic() + patience
    seen = []
    while time.monotonic() < end:
        runtime = admin.get_space_runtime(repo)
        if not seen or seen[-1] != runtime.stage:
            seen.append(runtime.stage)
        if runtime.stage == stage:
            return seen
        if runtime.stage.endswith("_ERROR") or runtime.stage == "NO_APP_FILE":
            break
        time.sleep(0.25)
    raise AssertionError(
        f"{repo} is {seen}, not {stage}: {runtime.raw.get('errorMessage')}\n" + logs("build", repo) + logs("run", repo)
    )


def wait_message(text, repo, patience=PATIENCE):
    """Waits until a Space says this, and gives its runtime then."""

    def said():
        runtime = admin.get_space_runtime(repo)
        return runtime if text in (runtime.raw.get("errorMessage") or "") else None

    runtime = until(said, patience)
    assert runtime is not None, f"{repo} does not say {text!r}: {admin.get_space_runtime(repo).raw}\n{logs('build', repo)}{logs('run', repo)}"
    return runtime


def logs(kind, repo, wanted=None, patience=3):
    """What a Space's log has now; up to the line with the wanted words, as only silence says that nothing more comes."""
    lines = []
    with httpx.stream("GET", f"{ENDPOINT}/api/spaces/{repo}/logs/{kind}", headers=auth(), timeout=patience) as answer:
        try:
            for line in answer.iter_lines():
                lines.append(line)
                if wanted is not None and wanted in line:
                    break
        except httpx.ReadTimeout:
            pass
    return "\n".join(lines)


def auth(token=TOKEN):
    return {"authorization": f"Bearer {token}"}


def host(repo):
    return httpx.get(f"{ENDPOINT}/api/spaces/{repo}/host", headers=auth()).json()["host"]


def push(repo, files):
    """Pushes these files (path to text) in one commit."""
    folder = Path("pushed") / repo.replace("/", "-")
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    admin.upload_folder(repo_id=repo, repo_type="space", folder_path=folder)
    for file in folder.iterdir():
        file.unlink()


def processes(file):
    """The processes of this machine that an app of this file has, whose name no other has."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if is_of(pid, file)]


def is_of(pid, file):
    folder = Path("/proc") / str(pid)
    try:
        if GVISOR:
            # A program is known to its own kernel alone: of this one are the processes that keep that kernel, which are shown its files.
            return any((folder / "root/s").glob(f"*/{file}"))
        return file.encode() in (folder / "cmdline").read_bytes()
    except OSError:
        return False
