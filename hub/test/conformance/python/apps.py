# Spaces that run a program: built, used, changed, put to sleep and woken by the clients that people have.
import contextlib
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path

import httpx
from gradio_client import Client

import app_calls
from app_calls import PATIENCE, TOKEN, admin, auth
from suite import case, equal, run

NAME = "admin/hello"


def wait(stage, patience=PATIENCE, repo=NAME):
    return app_calls.wait(stage, repo, patience)


def logs(kind, repo=NAME, wanted=None):
    return app_calls.logs(kind, repo, wanted)


def host(repo=NAME):
    return app_calls.host(repo)


GREETER = """
import os

print("open:", *sorted(os.listdir("/proc/self/fd")), flush=True)

import gradio as gr

print("greeting with", os.environ["GREETING"], flush=True)
gr.Interface(fn=lambda name: f"{os.environ['GREETING']} {name}{MARK}", inputs="text", outputs="text", api_name="greet").launch()
"""

PAGE = """
import streamlit as st

st.title("A page of Streamlit")
st.write(st.text_input("name"))
"""


def greet(name, repo=NAME):
    return Client(f"{host(repo)}/", token=TOKEN, verbose=False).predict(name, api_name="/greet")


def push(mark, repo=NAME, port=None):
    folder = Path("app")
    folder.mkdir(exist_ok=True)
    more = f"app_port: {port}\n" if port else ""
    (folder / "README.md").write_text(f"---\ntitle: Hello\nsdk: gradio\nstartup_duration_timeout: 5m\n{more}---\n")
    (folder / "app.py").write_text(GREETER.replace("{MARK}", mark))
    admin.upload_folder(repo_id=repo, repo_type="space", folder_path=folder)


def push_text(text, startup="5m", repo=NAME):
    """Pushes another program with the same requirements."""
    folder = Path("app")
    readme = f"---\ntitle: Hello\nsdk: gradio\nstartup_duration_timeout: {startup}\n---\n"
    (folder / "README.md").write_text(readme)
    (folder / "app.py").write_text(text)
    admin.upload_folder(repo_id=repo, repo_type="space", folder_path=folder)


@case("a Gradio app is built and runs")
def built():
    admin.create_repo(NAME, repo_type="space", space_sdk="gradio", private=True)
    equal(admin.get_space_runtime(NAME).stage, "NO_APP_FILE")
    admin.add_space_variable(NAME, "GREETING", "Hello")
    push("!")
    seen = wait("RUNNING")
    assert "BUILDING" in seen or "APP_STARTING" in seen, seen


@case("its logs say what was built and what it said")
def told():
    assert "gradio" in logs("build", wanted="gradio"), logs("build")
    assert "greeting with Hello" in logs("run", wanted="greeting with Hello"), logs("run")


@case("it has no descriptor that it did not open")
def descriptors():
    # The last is that of the listing itself.
    assert "open: 0 1 2 3\\n" in logs("run", wanted="open: 0 1 2 3\\n"), logs("run")


@case("gradio_client uses it by its address and by its name")
def used():
    equal(greet("Ada"), "Hello Ada!")
    equal(Client(NAME, token=TOKEN, verbose=False).predict("Bob", api_name="/greet"), "Hello Bob!")


@case("a private one is nobody else's")
def closed():
    equal(httpx.get(host(), headers={"accept": "application/json"}).status_code, 401)


@case("a variable that is set is there, and no request is lost on the way")
def changed():
    failures, stop = [], threading.Event()

    def visit():
        with httpx.Client(headers=auth(), timeout=30) as client:
            address = f"{host()}/config"
            while not stop.is_set():
                try:
                    answer = client.get(address)
                    if answer.status_code != 200:
                        failures.append(answer.status_code)
                except httpx.HTTPError as error:
                    failures.append(repr(error))
                time.sleep(0.02)

    visitor = threading.Thread(target=visit, daemon=True)
    visitor.start()
    before = admin.get_space_runtime(NAME).raw
    admin.add_space_variable(NAME, "GREETING", "Good morning")
    for _ in range(600):
        # Its clients keep a session with one run: one that begins with the last request of the run before goes with it.
        with contextlib.suppress(Exception, CancelledError):
            if greet("Ada").startswith("Good morning"):
                break
        time.sleep(0.5)
    wait("RUNNING")
    # What the run before still had to answer, it answers.
    time.sleep(2)
    stop.set()
    visitor.join()
    equal(failures, [])
    equal(greet("Ada"), "Good morning Ada!")
    equal(before["stage"], "RUNNING")


@case("a push is built and takes the place of what ran")
def pushed():
    push("?")
    for _ in range(600):
        if admin.get_space_runtime(NAME).stage != "RUNNING":
            break
        time.sleep(0.05)
    wait("RUNNING")
    equal(greet("Ada"), "Good morning Ada?")


@case("it is paused and restarted")
def paused():
    equal(admin.pause_space(NAME).stage, "PAUSED")
    equal(httpx.get(host(), headers=auth()).status_code, 503)
    admin.restart_space(NAME)
    wait("RUNNING")
    equal(greet("Ada"), "Good morning Ada?")


@case("it sleeps when nobody comes, and an answer wakes it")
def slept():
    admin.set_space_sleep_time(NAME, 3)
    wait("SLEEPING")
    # A program waits on its request; gradio_client itself waits five seconds, which a busy machine may need longer than.
    equal(httpx.get(f"{host()}/config", headers=auth(), timeout=120).status_code, 200)
    admin.set_space_sleep_time(NAME, -1)
    equal(admin.get_space_runtime(NAME).stage, "RUNNING")
    equal(greet("Ada"), "Good morning Ada?")


@case("one that ends by itself is started again")
def crashed():
    push_text("import os, threading\nthreading.Timer(25, lambda: os._exit(3)).start()\n" + GREETER.replace("{MARK}", "#"))
    until = time.monotonic() + 240
    said = []
    while time.monotonic() < until:
        runtime = admin.get_space_runtime(NAME)
        if runtime.stage == "RUNTIME_ERROR":
            said.append(runtime.raw["errorMessage"])
        if said and runtime.stage == "RUNNING":
            break
        time.sleep(0.1)
    assert said and "code 3" in said[0] and "started again" in said[0], said
    equal(runtime.stage, "RUNNING")


@case("one that never listens says so after its time, however it resists its end")
def deaf():
    push_text("import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('x' * 100_000)\ntime.sleep(600)\n", "3s")
    until = time.monotonic() + 120
    while time.monotonic() < until:
        runtime = admin.get_space_runtime(NAME)
        if "did not accept connections on port 7860 within 3 s" in (runtime.raw.get("errorMessage") or ""):
            break
        time.sleep(0.2)
    equal(runtime.stage, "RUNTIME_ERROR")
    assert "did not accept connections on port 7860 within 3 s" in runtime.raw["errorMessage"], runtime.raw
    equal(httpx.get(host(), headers=auth()).status_code, 503)


@case("one that ends at once says with what")
def ended():
    push_text("raise SystemExit(7)\n")
    until = time.monotonic() + 120
    while time.monotonic() < until:
        runtime = admin.get_space_runtime(NAME)
        if "exited with code 7" in (runtime.raw.get("errorMessage") or ""):
            break
        time.sleep(0.2)
    assert "exited with code 7" in runtime.raw["errorMessage"], runtime.raw


@case("what runs is ended with its repository")
def deleted():
    admin.delete_repo(NAME, repo_type="space")


@case("a Streamlit app is built and runs")
def streamlit():
    admin.create_repo("admin/page", repo_type="space", space_sdk="streamlit")
    Path("page").mkdir()
    Path("page/README.md").write_text("---\ntitle: Page\nsdk: streamlit\n---\n")
    Path("page/app.py").write_text(PAGE)
    admin.upload_folder(repo_id="admin/page", repo_type="space", folder_path="page")
    wait("RUNNING", repo="admin/page")
    answer = httpx.get(host("admin/page"), headers=auth())
    equal(answer.status_code, 200)
    assert "streamlit" in answer.text.lower()
    equal(httpx.get(f"{host('admin/page')}/_stcore/health", headers=auth()).text, "ok")


@case("what cannot be installed is a build error that says so")
def wrong():
    admin.upload_file(
        path_or_fileobj=b"no-such-package-of-anybody==99\n",
        path_in_repo="requirements.txt",
        repo_id="admin/page",
        repo_type="space",
    )
    for _ in range(600):
        runtime = admin.get_space_runtime("admin/page")
        if runtime.stage == "BUILD_ERROR":
            break
        time.sleep(0.5)
    equal(runtime.stage, "BUILD_ERROR")
    assert "no-such-package" in logs("build", "admin/page", "no-such-package"), logs("build", "admin/page")
    admin.delete_repo("admin/page", repo_type="space")


run()
