"""A terminal by python-socketio, which knows nothing of this project but docs/API.md. Says each step that it has done."""

import json
import os
import sys
import threading
import urllib.request

import socketio

URL = sys.argv[1]
PATIENCE_SECONDS = 60

changed = threading.Condition()
screen = ""
states = []


def call(method, path, body, token=None):
    headers = {"content-type": "application/json"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def until(what, holds):
    with changed:
        if not changed.wait_for(holds, PATIENCE_SECONDS):
            sys.exit(f"never: {what}. States: {states}; screen: {screen[-400:]!r}")
    print(what, flush=True)


def count(state):
    return sum(1 for known in states if known == state)


token = call("POST", "/auth/login", {"username": "admin", "password": os.environ["PASSWORD"]})["token"]
print("signed in", flush=True)
session = call("POST", "/api/v1/sessions", {"program": "/bin/sh", "arguments": ["-i"]}, token)["id"]
print("started", flush=True)

client = socketio.Client(reconnection_delay=0.1)


@client.event
def output(message):
    global screen
    with changed:
        screen += message["data"]
        changed.notify_all()


@client.event
def status(message):
    with changed:
        states.append(message["state"])
        changed.notify_all()


@client.event
def connect():
    with changed:
        changed.notify_all()


# Both transports: the connection begins with polling, and is upgraded.
client.connect(URL, auth={"token": token, "sessionId": session})
until("opened", lambda: count("opened") == 1)
client.emit("input", {"data": 'echo ty""ped\r'})
until("typed", lambda: "typed" in screen)
if client.transport() != "websocket":
    sys.exit(f"not upgraded: {client.transport()}")
print("upgraded", flush=True)
client.emit("resize", {"cols": 101, "rows": 37})
client.emit("input", {"data": 'until [ "$(stty size)" = "37 101" ]; do sleep 0.05; done; echo res""ized\r'})
until("resized", lambda: "resized" in screen)

# The connection breaks below Socket.IO, as a network does it.
client.eio.ws.sock.close()
until("reconnected", lambda: count("opened") == 2)
client.emit("input", {"data": 'echo ty""ped after it\r'})
until("typed again", lambda: "typed after it" in screen)

client.emit("input", {"data": "exit 0\r"})
until("closed", lambda: count("closed") == 1)
client.disconnect()
