# Visitors of a private Space whose app says back what it got: each shows all that it has of ours, and something of its own.
import json
import os

import httpx
from gradio_client import Client
from websockets.sync.client import connect

from app_calls import TOKEN
from suite import case, equal, run

APP = os.environ["APP_URL"]
COOKIES = os.environ["OUR_COOKIES"]
# Each way that a client sends a token of ours, whose other headers go along.
WAYS = [{"authorization": f"Bearer {TOKEN}"}, {"x-hf-authorization": f"Bearer {TOKEN}"}]


def headers(way):
    return {**way, "cookie": f"{COOKIES}; theirs=program", "x-visitor": "program"}


def judge(answer):
    """What the app got: what is the visitor's own, and nothing else of it."""
    got = [[name, value] for name, value in json.loads(answer)]
    assert ["x-visitor", "program"] in got, [name for name, _ in got]
    # No message repeats what came.
    assert [value for name, value in got if name == "cookie"] == ["theirs=program"], "other cookies came, too"
    equal([name for name, _ in got if "authorization" in name], [])
    assert TOKEN not in answer


@case("gradio_client calls with a token, and none comes to the app")
def called():
    client = Client(APP, token=TOKEN, headers={"x-visitor": "gradio_client"}, verbose=False)
    equal(client.predict("Ada", api_name="/greet"), "Hello Ada!")
    equal(client.submit("Bob", api_name="/greet").result(timeout=60), "Hello Bob!")


@case("a stream of events begins with a token and with cookies, and none comes to the app")
def streamed():
    for way in WAYS:
        with httpx.stream("GET", f"{APP}events", headers=headers(way), timeout=60) as answer:
            equal(answer.status_code, 200)
            lines = [line for line in answer.iter_lines() if line]
        equal(len(lines), 1)
        judge(lines[0].removeprefix("data: "))


@case("a WebSocket begins with a token and with cookies, and none comes to the app")
def opened():
    for way in WAYS:
        with connect(f"{APP.replace('http:', 'ws:')}socket", additional_headers=headers(way)) as socket:
            socket.send("hello")
            judge(socket.recv(timeout=60))


run()
