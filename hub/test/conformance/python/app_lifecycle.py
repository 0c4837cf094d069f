# The life of a Space with a program, as `HfApi` drives it: each change is asked for by the client, and seen in the program.
import json
import os
import re
import threading
import time
import uuid
from pathlib import Path

import httpx
from huggingface_hub.errors import BadRequestError, HfHubHTTPError, RepositoryNotFoundError

from app_calls import GVISOR, PATIENCE, admin, auth, host, logs, processes, push, until, wait
from suite import ENDPOINT, case, equal, raises, run

NAME = "admin/life"
# Below what the suite has in all, so that it says what did not come to pass.
SOON = 300
SPACES = Path(os.environ["HUB_DATA"]) / "spaces"

# Needs nothing but Python, and says which run answers, of what version, and what it finds in its environment.
APP = """
import hashlib, http.server, json, os, time, uuid

RUN = uuid.uuid4().hex
print("this is", RUN, flush=True)
time.sleep({slow})


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("/say/"):
            # Enough work to be seen among eight processors.
            hashlib.pbkdf2_hmac("sha256", b"word", b"salt", 100_000)
            for number in range(int(self.path.split("/")[2])):
                print("line", number, flush=True)
        self.tell({"run": RUN, "version": "{version}", "environment": dict(os.environ)})

    # Reads all of it: of one who closes without, the answer may go with the rest.
    def do_POST(self):
        self.tell({"run": RUN, "received": len(self.rfile.read(int(self.headers["Content-Length"])))})

    def tell(self, said):
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", 7860), Answer).serve_forever()
"""
BROWSER = {**auth(), "accept": "text/html,*/*"}


def program(version="1", slow=0, file="app.py", **files):
    readme = f"---\ntitle: Life\nsdk: gradio\napp_file: {file}\n---\n"
    text = APP.replace("{version}", version).replace("{slow}", str(slow))
    return {"README.md": readme, file: text, **files}


def ask(path="/", repo=NAME, timeout=PATIENCE):
    answer = httpx.get(f"{host(repo)}{path}", headers=auth(), timeout=timeout)
    assert answer.status_code == 200, f"{answer.status_code}: {answer.text}"
    return answer.json()


def after(change, repo=NAME):
    """What answers once the run that answers now has been replaced."""
    before = ask(repo=repo)["run"]
    change()

    def other():
        now = ask(repo=repo)
        return now if now["run"] != before else None

    now = until(other, PATIENCE)
    assert now is not None, "the same run still answers"
    wait("RUNNING", repo)
    return now


def entries(folder):
    return sorted(entry.name for entry in (SPACES / folder).iterdir()) if (SPACES / folder).exists() else []


@case("create_repo() takes variables, hardware and a sleep time, and they are there from the first start")
def created():
    variables = [{"key": "COLOUR", "value": "blue", "description": "of the sky"}, {"key": "EMPTY", "value": ""}]
    admin.create_repo(
        NAME,
        **{"repo_type": "space", "space_sdk": "gradio", "private": True, "space_variables": variables},
        **{"space_hardware": "cpu-upgrade", "space_sleep_time": 7200},
    )
    runtime = admin.get_space_runtime(NAME)
    equal([runtime.stage, runtime.hardware, runtime.requested_hardware], ["NO_APP_FILE", None, "cpu-upgrade"])
    push(NAME, program())
    seen = wait("RUNNING", NAME)
    assert set(seen) <= {"BUILDING", "APP_STARTING", "RUNNING"}, seen
    environment = ask()["environment"]
    equal([environment["COLOUR"], environment["EMPTY"], environment["CPU_CORES"]], ["blue", "", "8"])


@case("get_space_runtime() says what runs, on what, and where")
def runtime():
    runtime = admin.get_space_runtime(NAME)
    equal([runtime.hardware, runtime.requested_hardware, runtime.sleep_time], ["cpu-upgrade", "cpu-upgrade", 7200])
    equal(runtime.raw["sha"], admin.space_info(NAME).sha)
    equal([domain["stage"] for domain in runtime.raw["domains"]], ["READY"])
    equal(f"http://{runtime.raw['domains'][0]['domain']}", host(NAME))
    equal(admin.wait_for_space(NAME, timeout=10).stage, "RUNNING")


@case("what it uses is told as a stream of events, while it works and of its own limits")
def metrics():
    address = f"{ENDPOINT}/api/spaces/{NAME}/metrics"
    told = []
    with httpx.stream("GET", address, headers=auth(), timeout=60) as answer:
        equal([answer.status_code, answer.headers["content-type"].split(";")[0]], [200, "text/event-stream"])
        kind = None
        for line in answer.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            if line.startswith("data: "):
                equal(kind, "metric")
                told.append(json.loads(line.removeprefix("data: ")))
                # Something passes for the next to tell of.
                ask("/say/2000")
            # Traffic and work may be told by two events.
            if (any(map(is_visited, told)) and any(map(works, told))) or len(told) == 60:
                break
    for event in told:
        equal([event["cpu_millicores"], event["memory_total_bytes"], event["gpus"]], [8000, 32 * 1024**3, {}])
        assert 0 < event["memory_used_bytes"] < event["memory_total_bytes"], event
        assert 0 <= event["cpu_usage_pct"] <= 110, event
        equal(event["replica"], told[0]["replica"])
    assert any(map(is_visited, told)), told
    assert any(map(works, told)), told


def is_visited(event):
    return event["tx_bps"] > 0 and event["rx_bps"] > 0


def works(event):
    return event["cpu_usage_pct"] > 0


@case("a variable that is set, changed or deleted restarts the program with it")
def variables():
    equal(after(lambda: admin.add_space_variable(NAME, "SHAPE", "round"))["environment"]["SHAPE"], "round")
    equal(after(lambda: admin.add_space_variable(NAME, "SHAPE", "flat"))["environment"]["SHAPE"], "flat")
    environment = after(lambda: admin.delete_space_variable(NAME, "SHAPE"))["environment"]
    assert "SHAPE" not in environment, environment
    equal(environment["COLOUR"], "blue")


@case("request_space_hardware() changes the limits; what this hub does not have is refused in words")
def hardware():
    environment = after(lambda: admin.request_space_hardware(NAME, "cpu-basic", sleep_time=3600))["environment"]
    equal([environment["CPU_CORES"], environment["MEMORY"]], ["2", "16Gi"])
    runtime = admin.get_space_runtime(NAME)
    equal([runtime.hardware, runtime.sleep_time], ["cpu-basic", 3600])
    with raises((BadRequestError, HfHubHTTPError), "It has cpu-basic, cpu-upgrade"):
        admin.request_space_hardware(NAME, "t4-small")
    equal(admin.get_space_runtime(NAME).hardware, "cpu-basic")


@case("restart_space() starts the same again, with the environment that is there")
def restarted():
    equal(after(lambda: admin.restart_space(NAME))["version"], "1")
    assert "environment that was built before" in logs("build", NAME, "environment that was built before"), logs("build", NAME)


@case("a factory rebuild makes the environment anew; of two pushes during it the last is what runs")
def rebuilt():
    before = ask()["run"]
    admin.restart_space(NAME, factory_reboot=True)
    assert until(lambda: admin.get_space_runtime(NAME).stage == "RUNNING_BUILDING", 30, 0.02)
    push(NAME, program("2"))
    push(NAME, program("3"))
    # Whoever comes meanwhile meets what ran before.
    equal([ask()["run"], ask()["version"]], [before, "1"])
    seen = set()
    assert until(lambda: seen.add(ask()["version"]) or "3" in seen, PATIENCE), seen
    equal(seen, {"1", "3"})
    wait("RUNNING", NAME)
    assert "environment that was built before" not in logs("build", NAME), logs("build", NAME)
    equal(admin.get_space_runtime(NAME).raw["sha"], admin.space_info(NAME).sha)
    assert until(lambda: entries("runner/building") == []), entries("runner/building")


@case("a restart drops no request of many, and who still sends to the program that was replaced is answered by it")
def replaced():
    before, runs = ask()["run"], len(entries("runner/runs"))
    outcomes, answered, over = set(), set(), threading.Event()
    client = httpx.Client(headers=auth(), timeout=PATIENCE, limits=httpx.Limits(max_connections=60))
    address = host(NAME)

    def visit():
        while not over.is_set():
            try:
                answer = client.get(address)
            except httpx.HTTPError as error:
                outcomes.add(repr(error))
                continue
            outcomes.add(answer.status_code if answer.status_code == 200 else f"{answer.status_code}: {answer.text}")
            if answer.status_code == 200:
                answered.add(answer.json()["run"])

    def body():
        yield b"1"
        after(lambda: admin.restart_space(NAME))
        yield b"2"

    visitors = [threading.Thread(target=visit) for _ in range(40)]
    for visitor in visitors:
        visitor.start()
    try:
        answer = client.post(address, content=body(), headers={"Content-Length": "2"})
        equal(answer.json(), {"run": before, "received": 2})
        # Nobody is left there.
        assert until(lambda: len(entries("runner/runs")) == runs, SOON), entries("runner/runs")
    finally:
        over.set()
        for visitor in visitors:
            visitor.join()
    equal(outcomes, {200})
    equal(len(answered), 2)


@case("logs are streamed while they are written, with a tail; of too many lines at once it is said that some are not there")
def logged():
    seen, ended = [], threading.Event()

    def follow():
        for line in admin.fetch_space_logs(NAME, follow=True):
            seen.append(line)
            if "were left out" in line:
                break
        ended.set()

    threading.Thread(target=follow, daemon=True).start()
    assert until(lambda: any("this is" in line for line in seen)), seen
    ask("/say/7000")
    assert until(lambda: any("line 200" in line for line in seen)), seen[-3:]
    # What is left out of one second is said in the next.
    time.sleep(1.5)
    ask("/say/2")
    assert ended.wait(120), seen[-3:]
    assert "line 6999\n" not in seen and len(seen) < 6000, len(seen)
    # Only now is nothing more to be said of what came before.
    ask("/say/2")
    assert until(lambda: all(f'"line {n}\\n"' in said for n, said in enumerate(last_two()))), last_two()


def last_two():
    with httpx.stream("GET", f"{ENDPOINT}/api/spaces/{NAME}/logs/run?tail=2", headers=auth(), timeout=10) as answer:
        equal(answer.headers["content-type"].split(";")[0], "text/event-stream")
        events = (line for line in answer.iter_lines() if line.startswith("data: {"))
        return [next(events), next(events)]


@case("so many may one person follow a log, and no more")
def followed():
    with httpx.Client(headers=auth(), timeout=20, limits=httpx.Limits(max_connections=200)) as client:
        address = f"{ENDPOINT}/api/spaces/{NAME}/logs/run?tail=0"
        answers = [client.send(client.build_request("GET", address), stream=True) for _ in range(25)]
        equal([answer.status_code for answer in answers], [200] * 20 + [429] * 5)
        for answer in answers:
            answer.close()
    assert until(lambda: httpx.get(f"{ENDPOINT}/api/spaces/{NAME}/runtime", headers=auth()).status_code == 200)


@case("one that is paused answers nobody and has no process, until it is restarted")
def paused():
    file = f"app-{uuid.uuid4().hex}.py"
    push(NAME, program("5", file=file))
    assert until(lambda: ask()["version"] == "5", PATIENCE)
    assert processes(file) != []
    equal(admin.pause_space(NAME).stage, "PAUSED")
    answer = httpx.get(host(NAME), headers=auth())
    equal(answer.status_code, 503)
    assert "paused" in answer.text, answer.text
    assert until(lambda: processes(file) == [], 120), processes(file)
    runtime = admin.get_space_runtime(NAME)
    equal([runtime.stage, runtime.hardware], ["PAUSED", None])
    admin.restart_space(NAME)
    wait("RUNNING", NAME)
    equal(ask()["version"], "5")


@case("one that sleeps has no process; a browser's page asks again until it is awake")
def slept():
    admin.set_space_sleep_time(NAME, 1)
    wait("SLEEPING", NAME, SOON)
    equal(admin.get_space_runtime(NAME).sleep_time, 1)
    page = httpx.get(host(NAME), headers=BROWSER)
    equal(page.status_code, 503)
    found = re.search(r'http-equiv="refresh" content="(\d+)"', page.text)
    assert found and page.headers["retry-after"] == found[1], page.text
    # As a browser does.
    waited = until(lambda: (time.sleep(int(found[1])), httpx.get(host(NAME), headers=BROWSER))[1].status_code == 200, SOON)
    assert waited, admin.get_space_runtime(NAME).raw


@case("a program waits on its request until the Space is awake")
def woken():
    wait("SLEEPING", NAME, SOON)
    equal(ask(timeout=PATIENCE)["version"], "5")
    # A call of another kind, too, whose body is not lost.
    wait("SLEEPING", NAME, SOON)
    answer = httpx.post(host(NAME), headers=auth(), content=b"x" * 100_000, timeout=PATIENCE)
    equal([answer.status_code, answer.json()["received"]], [200, 100_000])
    admin.set_space_sleep_time(NAME, -1)
    wait("RUNNING", NAME)
    equal(admin.get_space_runtime(NAME).sleep_time, None)


@case("duplicate_repo() makes one that runs by itself, with its variables")
def duplicated():
    more = [{"key": "COLOUR", "value": "red"}]
    admin.duplicate_repo(NAME, to_id="admin/twin", repo_type="space", private=True, space_variables=more)
    wait("RUNNING", "admin/twin")
    twin = ask(repo="admin/twin")
    equal([twin["version"], twin["environment"]["COLOUR"], twin["environment"]["SPACE_ID"]], ["5", "red", "admin/twin"])
    equal(ask()["environment"]["COLOUR"], "blue")


@case("one that is moved runs under its new name, and its old address leads there")
def moved():
    before = host("admin/twin")
    admin.move_repo("admin/twin", "admin/other", repo_type="space")
    assert until(lambda: ask(repo="admin/other")["environment"]["SPACE_ID"] == "admin/other", PATIENCE)
    answer = httpx.get(before, headers=auth())
    equal([answer.status_code, answer.headers["location"]], [303, f"{host('admin/other')}/"])


FOLDERS = ("sources", "visit", "runner/building", "runner/runs")


def deleted_at(stage, slow, **files):
    """Deletes a Space when it has come to a stage, and looks for what is left."""
    name, file = f"admin/short-{uuid.uuid4().hex[:8]}", f"app-{uuid.uuid4().hex}.py"
    before = {(folder, entry) for folder in FOLDERS for entry in entries(folder)}
    admin.create_repo(name, repo_type="space", space_sdk="gradio")
    address = host(name)
    push(name, program(file=file, slow=slow, **files))
    assert until(lambda: admin.get_space_runtime(name).stage == stage, PATIENCE, 0.02), admin.get_space_runtime(name).raw
    if stage != "BUILDING":
        assert until(lambda: processes(file), PATIENCE, 0.02)
    admin.delete_repo(name, repo_type="space")
    equal(httpx.get(address, headers=auth()).status_code, 404)
    with raises(RepositoryNotFoundError):
        admin.get_space_runtime(name)

    def left():
        return processes(file), {(folder, entry) for folder in FOLDERS for entry in entries(folder)} - before

    assert until(lambda: left() == ([], set()), 120), left()


@case("one that is deleted while it is built leaves nothing")
def deleted_build():
    deleted_at("BUILDING", 0, **{"requirements.txt": "six==1.15.0\n"})


@case("one that is deleted while it starts leaves nothing")
def deleted_start():
    deleted_at("APP_STARTING", 600)


@case("one that is deleted while it runs leaves nothing")
def deleted_run():
    deleted_at("RUNNING", 0)


@case("LD_PRELOAD is no name of a variable; what else changes programs reaches the Space's own and none of ours")
def preloads():
    name = "admin/preloading"
    marked = {key: f"/nowhere/marked-{key}" for key in ("PYTHONPATH", "PYTHONSTARTUP", "BASH_ENV", "GCONV_PATH")}
    marked["NODE_OPTIONS"] = "--require=/nowhere/marked-node"
    variables = [{"key": key, "value": value} for key, value in marked.items()]
    admin.create_repo(name, repo_type="space", space_sdk="gradio", private=True, space_variables=variables)
    for key in ("LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", "GLIBC_TUNABLES"):
        with raises(HfHubHTTPError, key):
            admin.add_space_variable(name, key, "/home/user/app/mine.so")
    push(name, program(file="preloading.py"))
    wait("RUNNING", name)
    environment = ask(repo=name)["environment"]
    equal({key: environment.get(key) for key in marked}, marked)

    def commands():
        """The command lines of those that have one of them."""
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and b"/nowhere/marked-" in (folder / "environ").read_bytes():
                    yield (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                pass

    found = list(commands())
    # Under gVisor its program is no process of this machine; what is of this machine has none of it either.
    assert found or GVISOR, "nobody can be looked into"
    equal([command for command in found if "preloading.py" not in command], [])
    admin.delete_repo(name, repo_type="space")


@case("once all are deleted nothing is left")
def emptied():
    for name in (NAME, "admin/other"):
        admin.delete_repo(name, repo_type="space")
    left = lambda: {(folder, entry) for folder in FOLDERS for entry in entries(folder)}
    assert until(lambda: left() == set()), left()


run()
