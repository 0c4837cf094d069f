# Spaces with wrong READMEs and with programs that misbehave: each has a stage and a message that a person understands, keeps
# nobody else from anything, and leaves nothing behind.
import json
import os
import signal
import threading
import time
import uuid
from pathlib import Path

import httpx

from app_calls import PATIENCE, admin, auth, host, logs, processes, push, until, wait, wait_message
from suite import ENDPOINT, case, equal, run

NAME = "admin/bad"
NEIGHBOUR = "admin/neighbour"
SPACES = Path(os.environ["HUB_DATA"]) / "spaces"
FILE = f"app-{uuid.uuid4().hex}.py"

SERVE = """
import http.server


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(report()).encode())

    def log_message(self, *_):
        pass


def report():
    return "here"


def serve(port=7860):
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""


def files(text, startup="5m"):
    readme = f"---\nsdk: gradio\napp_file: {FILE}\nstartup_duration_timeout: {startup}\n---\n"
    return {"README.md": readme, FILE: SERVE + text}


def readme(text):
    """Pushes a README as programs do that do not ask first whether it is right."""
    file = {"path": "README.md", "content": f"---\n{text}\n---\n", "encoding": "utf-8"}
    lines = [{"key": "header", "value": {"summary": "README"}}, {"key": "file", "value": file}]
    sent = "\n".join(json.dumps(line) for line in lines)
    headers = {**auth(), "content-type": "application/x-ndjson"}
    answer = httpx.post(f"{ENDPOINT}/api/spaces/{NAME}/commit/main", headers=headers, content=sent, timeout=30)
    equal([text, answer.status_code], [text, 200])
    return admin.get_space_runtime(NAME)


def is_told(says):
    """Whether the log says it, as it stands in JSON."""
    words = json.dumps(says)[1:-1]
    return words in logs("build", NAME, words)


# What stands in a README, and what is said of it; where nothing can run because of it, with its stage.
FATAL = {
    "title: None": 'Missing configuration in README: "sdk"',
    "sdk: docker": "builds no containers",
    "sdk: fortran": '"sdk" must be one of gradio, streamlit, docker, static',
    "sdk: [gradio]": '"sdk" must be one of',
    "sdk: gradio\nsdk_version: [5]": '"sdk_version" must be a version in quotes',
    "sdk: gradio\nsdk_version: newest": '"sdk_version" must be a version in quotes',
    "sdk: gradio\nsdk_version: -5.10": '"sdk_version" must be a version in quotes',
    "sdk: gradio\npython_version: '2.7'": '"python_version" must be a version in quotes',
    "sdk: gradio\npython_version: three": '"python_version" must be a version in quotes',
    "sdk: gradio\napp_file: ../../etc/passwd": '"app_file" must be the path of a file in the Space',
    "sdk: gradio\napp_file: /etc/passwd": '"app_file" must be the path of a file in the Space',
    "sdk: gradio\napp_file: [app.py]": '"app_file" must be the path of a file in the Space',
    "sdk: gradio\napp_port: 80": '"app_port" must be a number from 1024 to 65535',
    "sdk: gradio\napp_port: 70000": '"app_port" must be a number from 1024 to 65535',
    "sdk: gradio\napp_port: front": '"app_port" must be a number from 1024 to 65535',
    "sdk: gradio\napp_port: 3128": '"app_port" cannot be 3128',
    "sdk: gradio\nstartup_duration_timeout: soon": '"startup_duration_timeout" must be a time of 24 hours at most',
    "sdk: gradio\nstartup_duration_timeout: 25h": '"startup_duration_timeout" must be a time of 24 hours at most',
    "sdk: gradio\nstartup_duration_timeout: 0s": '"startup_duration_timeout" must be a time of 24 hours at most',
    "sdk: gradio\npreload_from_hub: all": '"preload_from_hub" must be a list of repositories',
    "sdk: gradio\npreload_from_hub: [../../etc]": '"preload_from_hub" must be a list of repositories',
}
NOTICED = {
    "custom_headers: none": '"custom_headers" must be a mapping of names to values',
    "custom_headers:\n  x-frame-options: DENY": 'the header "x-frame-options" cannot be set',
    "custom_headers:\n  cross-origin-opener-policy: maybe": 'the header "cross-origin-opener-policy" must be one of',
    "models: bert": '"models" must be a list of names',
    "datasets: {a: b}": '"datasets" must be a list of names',
    "suggested_hardware: a100": '"suggested_hardware" names hardware that this hub does not have',
    "hf_oauth: true": '"hf_oauth" has no effect on this hub',
    "app_build_command: make": '"app_build_command" has no effect on this hub',
    "base_path: /docs": '"base_path" has no effect on this hub',
    "suggested_storage: small": '"suggested_storage" has no effect on this hub',
    "sdk-version: 5": '"sdk-version" means nothing to this hub',
    "\n".join(f"key-{number}: x" for number in range(25)): "and 5 more keys mean nothing to this hub",
}
# How a Space is shown, all at once: what is said of each line.
SHOWN = [
    {
        f"{key}: {value}": f'"{key}" has no effect on this hub'
        for key, value in (
            ("pinned", "true"),
            ("header", "mini"),
            ("fullWidth", "true"),
            ("disable_embedding", "true"),
            ("thumbnail", "https://a.example/b.png"),
        )
    },
    {
        "pinned: sometimes": '"pinned" must be true or false',
        "header: 7": '"header" must be one of default, mini',
        "fullWidth: wide": '"fullWidth" must be true or false',
        "disable_embedding: 1": '"disable_embedding" must be true or false',
        "thumbnail: [a]": '"thumbnail" must be one line of text',
        "title: [A, B]": '"title" must be one line of text',
        "emoji: {a: b}": '"emoji" must be one line of text',
        "short_description: true": '"short_description" must be one line of text',
        "colorFrom: mauve": '"colorFrom" must be one of red',
        "colorTo: 7": '"colorTo" must be one of red',
        "tags: {a: b}": '"tags" must be short text or a list of such',
        "language: [no such language]": '"language" "no such language" is not a language code',
        "license: mine": '"license" "mine" is not a known licence id',
    },
]


@case("a README that nothing can be run from says what is wrong, on the API, in the log and to visitors")
def fatal():
    admin.create_repo(NAME, repo_type="space", space_sdk="gradio", private=True)
    admin.upload_file(path_or_fileobj=b"print('started')", path_in_repo="app.py", repo_id=NAME, repo_type="space")
    for text, says in FATAL.items():
        runtime = readme(text)
        equal([text, runtime.stage], [text, "CONFIG_ERROR"])
        assert says in runtime.raw["errorMessage"], [text, runtime.raw]
        assert any(says in notice for notice in runtime.raw["notices"]), [text, runtime.raw]
        assert is_told(says), [text, logs("build", NAME)]
        visit = httpx.get(host(NAME), headers={**auth(), "accept": "application/json"})
        equal([text, visit.status_code], [text, 503])
        assert says in visit.json()["error"], [text, visit.text]


@case("a key that means nothing here, or is wrong and keeps nothing from running, is named")
def noticed():
    for text, says in NOTICED.items():
        # Nothing is to be built for it.
        runtime = readme(f"sdk: gradio\napp_file: none.py\n{text}")
        equal([text, runtime.stage], [text, "NO_APP_FILE"])
        assert "none.py" in runtime.raw["errorMessage"], runtime.raw
        assert any(says in notice for notice in runtime.raw["notices"]), [text, runtime.raw]
        assert is_told(says), [text, logs("build", NAME)]
    for lines in SHOWN:
        runtime = readme("sdk: gradio\napp_file: none.py\n" + "\n".join(lines))
        equal(runtime.stage, "NO_APP_FILE")
        equal(len(runtime.raw["notices"]), len(lines))
        for text, says in lines.items():
            assert any(says in notice for notice in runtime.raw["notices"]), [text, runtime.raw]
            assert is_told(says), [text, logs("build", NAME)]


@case("a Python that is not there is a configuration error that lists those that are")
def python():
    readme("sdk: gradio\napp_file: app.py\npython_version: '3.99'")
    runtime = wait_message("3.99", NAME)
    equal(runtime.stage, "CONFIG_ERROR")
    assert "3.1" in runtime.raw["errorMessage"].replace("3.99", ""), runtime.raw
    # As it was written: the number would be 3.2.
    readme("sdk: gradio\napp_file: app.py\npython_version: 3.20")
    runtime = wait_message("python_version 3.20 is not there", NAME)
    equal(runtime.stage, "CONFIG_ERROR")


@case("a program that listens on another port is told which one was expected")
def other_port():
    push(NAME, files("serve(7861)\n", "4s"))
    runtime = wait_message("did not accept connections on port 7860 within 4 s", NAME)
    equal(runtime.stage, "RUNTIME_ERROR")
    assert until(lambda: processes(FILE) == [], 120)


@case("one that cannot be started shows its traceback in the log")
def traceback():
    push(NAME, files("import no_such_module\n"))
    runtime = wait_message("exited with code 1", NAME)
    equal(runtime.stage, "RUNTIME_ERROR")
    missing = "No module named 'no_such_module'"
    assert missing in logs("run", NAME, missing), logs("run", NAME)


@case("one that ends well before it listens has not started")
def ended():
    push(NAME, files("raise SystemExit(0)\n"))
    equal(wait_message("exited with code 0", NAME).stage, "RUNTIME_ERROR")


def answers_of_others():
    """How long the hub and a neighbour take at most, for a while."""
    slowest = 0.0
    for _ in range(20):
        for address in (f"{ENDPOINT}/api/spaces/{NEIGHBOUR}/runtime", host(NEIGHBOUR)):
            begun = time.monotonic()
            equal(httpx.get(address, headers=auth(), timeout=10).status_code, 200)
            slowest = max(slowest, time.monotonic() - begun)
        time.sleep(0.1)
    return slowest


@case("one that prints 100 MB runs on, has a log with a bound, and slows nobody down")
def loud():
    admin.create_repo(NEIGHBOUR, repo_type="space", space_sdk="gradio")
    push(NEIGHBOUR, {"README.md": "---\nsdk: gradio\n---\n", "app.py": SERVE + "serve()\n"})
    wait("RUNNING", NEIGHBOUR)
    text = """
import threading
done = []
def shout():
    for _ in range(1_000_000):
        print("x" * 99)
    done.append(True)
threading.Thread(target=shout).start()
report = lambda: len(done)
serve()
"""
    push(NAME, files(text))
    wait("RUNNING", NAME)
    assert answers_of_others() < 3
    assert until(lambda: httpx.get(host(NAME), headers=auth()).text == "1", PATIENCE), "it did not come to its end"
    assert len(logs("run", NAME)) < 3_000_000
    # As one line, too.
    push(NAME, files('print("y" * 100_000_000)\nserve()\n'))
    assert until(lambda: admin.get_space_runtime(NAME).stage != "RUNNING", 120, 0.02)
    wait("RUNNING", NAME)
    assert answers_of_others() < 3
    assert len(logs("run", NAME)) < 3_000_000


@case("one that opens 10,000 connections has so many and no more, and keeps neither the hub nor a neighbour from answering")
def connected():
    text = """
import collections, json, selectors, socket, threading, time
said = {}
def connect():
    opened, failed, told = [], collections.Counter(), collections.Counter()
    for number in range(10_000):
        try:
            opened.append(socket.create_connection(("127.0.0.1", 3128), 5))
            opened[-1].sendall(b"CONNECT hub.holdfast.internal:80 HTTP/1.1\\r\\nHost: hub.holdfast.internal:80\\r\\n\\r\\n")
        except OSError as error:
            failed[type(error).__name__] += 1
    # What each is told, for as long as anything comes.
    waiting = selectors.DefaultSelector()
    for connection in opened:
        waiting.register(connection, selectors.EVENT_READ)
    while ready := waiting.select(20):
        for key, _ in ready:
            waiting.unregister(key.fileobj)
            try:
                told[key.fileobj.recv(200).decode("latin1").split("\\r\\n")[0][:30]] += 1
            except OSError as error:
                told[type(error).__name__] += 1
    for connection in opened:
        connection.close()
    said.update(opened=len(opened), failed=failed, told=told)
    print("CONNECTED", json.dumps(said), flush=True)
threading.Thread(target=connect).start()
report = lambda: json.dumps(said)
serve()
"""
    push(NAME, files(text))
    assert until(lambda: admin.get_space_runtime(NAME).stage != "RUNNING", 120, 0.02)
    wait("RUNNING", NAME)

    def reported():
        assert answers_of_others() < 3
        try:
            answer = httpx.get(host(NAME), headers=auth(), timeout=10)
        except httpx.TimeoutException:
            # It may be too busy with itself.
            return None
        return answer.json() if answer.status_code == 200 and answer.text != "{}" else None

    said = until(reported, PATIENCE)
    assert said is not None, logs("run", NAME)
    equal(said["opened"] + sum(said["failed"].values()), 10_000)
    let_out = sum(count for line, count in said["told"].items() if line.startswith("HTTP/1.1 200"))
    refused = sum(count for line, count in said["told"].items() if line.startswith("HTTP/1.1 503"))
    assert 0 < let_out <= 512, said
    assert refused > 0, said
    runtime = admin.get_space_runtime(NAME)
    equal([runtime.stage, runtime.raw.get("errorMessage")], ["RUNNING", None])
    assert answers_of_others() < 3


@case("2,000 visits, twenty at once, leave it serving")
def visited():
    push(NAME, files("serve()\n"))
    assert until(lambda: admin.get_space_runtime(NAME).stage != "RUNNING", 120, 0.02)
    wait("RUNNING", NAME)
    address = host(NAME)
    served = []

    def visit():
        with httpx.Client(headers=auth(), timeout=30) as client:
            for _ in range(100):
                served.append(client.get(address).status_code)

    visitors = [threading.Thread(target=visit) for _ in range(20)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    equal(set(served), {200})


@case("one that ignores every signal that can be ignored is ended all the same when it is paused")
def stubborn():
    text = """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
serve()
"""
    push(NAME, files(text))
    assert until(lambda: admin.get_space_runtime(NAME).stage != "RUNNING", 120, 0.02)
    wait("RUNNING", NAME)
    assert processes(FILE) != []
    equal(admin.pause_space(NAME).stage, "PAUSED")
    assert until(lambda: processes(FILE) == [], 60), "it is still there"
    admin.restart_space(NAME)
    wait("RUNNING", NAME)


# Its only release is a source that refuses to be built, and says why.
UNBUILDABLE = {**files("serve()\n"), "requirements.txt": "sklearn==0.0.post12\n"}


def push_unbuildable():
    push(NAME, UNBUILDABLE)
    assert until(lambda: admin.get_space_runtime(NAME).stage == "BUILD_ERROR", PATIENCE)
    # What ran before goes on.
    equal(httpx.get(host(NAME), headers=auth()).text, "here")


@case("a package whose build fails is a build error with what it said")
def sdist():
    push_unbuildable()
    runtime = admin.get_space_runtime(NAME)
    assert runtime.raw["errorMessage"], runtime.raw
    assert "scikit-learn" in logs("build", NAME, "scikit-learn"), logs("build", NAME)


@case("what goes on beside a build that failed is measured, and sleeps when nobody visits it")
def beside_failed():
    with httpx.stream("GET", f"{ENDPOINT}/api/spaces/{NAME}/metrics", headers=auth(), timeout=60) as answer:
        assert any(line.startswith("data: ") for line in answer.iter_lines())
    admin.set_space_sleep_time(NAME, 1)
    assert until(lambda: admin.get_space_runtime(NAME).stage == "SLEEPING", 120), admin.get_space_runtime(NAME)
    equal(processes(FILE), [])
    admin.set_space_sleep_time(NAME, -1)


@case("what goes on beside a build that failed and ends is not started again, and its Space says so")
def ends_beside_failed():
    push(NAME, {**UNBUILDABLE, "requirements.txt": ""})
    wait("RUNNING", NAME)
    push_unbuildable()
    why = admin.get_space_runtime(NAME).raw["errorMessage"]
    for process in processes(FILE):
        os.kill(process, signal.SIGKILL)

    def told():
        return admin.get_space_runtime(NAME).raw["errorMessage"]

    assert until(lambda: told() != why, 60), told()
    assert told().startswith(why + "\nWhat ran before has ended, too: "), told()
    equal(admin.get_space_runtime(NAME).stage, "BUILD_ERROR")
    equal(processes(FILE), [])


@case("once they are deleted nothing of them is left")
def deleted():
    for name in (NAME, NEIGHBOUR):
        admin.delete_repo(name, repo_type="space")

    def left():
        folders = ("sources", "visit", "runner/building", "runner/runs")
        return processes(FILE) + [entry.name for folder in folders for entry in (SPACES / folder).iterdir()]

    assert until(lambda: left() == [], 120), left()


run()
