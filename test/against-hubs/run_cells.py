"""
Starts a kernel on a Jupyter server, runs cells there as a browser does, and prints what came of each.

Standard input: {"url": "http://127.0.0.1:8888/", "token": "...", "kernel": "manabi", "usage": false,
                 "cells": [{"code": "1 + 1"}, {"code": "for (;;) {}", "interruptAfter": 1}]}
Standard output: {"cells": [{"status": "ok", "text": "2"}, ...], "usage": {...}}
"""

import json
import sys
import threading
import time
import uuid
from datetime import datetime, timezone

import requests
import websocket

asked = json.load(sys.stdin)
url = asked["url"].rstrip("/")
http = requests.Session()
http.headers["Authorization"] = f"token {asked['token']}"
TIMEOUT = 60


def call(method, path, **options):
    # A server that has just been started may not listen yet.
    for _ in range(TIMEOUT):
        try:
            answer = http.request(method, url + path, timeout=TIMEOUT, **options)
            if answer.status_code not in (404, 502, 503):
                break
        except requests.ConnectionError:
            pass
        time.sleep(1)
    answer.raise_for_status()
    return answer


kernel = call("POST", "/api/kernels", json={"name": asked["kernel"]}).json()
channels = f"{url.replace('http', 'ws', 1)}/api/kernels/{kernel['id']}/channels"
socket = websocket.create_connection(channels, timeout=TIMEOUT, header=[f"Authorization: token {asked['token']}"])


def execute(code, interrupt_after=None):
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "username": "test",
        "session": "test",
        "version": "5.3",
        "date": datetime.now(timezone.utc).isoformat(),
    }
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content, "buffers": []}
    socket.send(json.dumps(message))
    if interrupt_after is not None:
        threading.Timer(interrupt_after, call, ("POST", f"/api/kernels/{kernel['id']}/interrupt")).start()
    text, status, idle = "", None, False
    while status is None or not idle:
        got = json.loads(socket.recv())
        if got["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        kind, content = got["header"]["msg_type"], got["content"]
        if kind == "stream":
            text += content["text"]
        elif kind == "execute_result":
            text += content["data"]["text/plain"]
        elif kind == "error":
            text += content["ename"]
        elif kind == "execute_reply":
            status = content["status"]
        elif kind == "status":
            idle = content["execution_state"] == "idle"
    return {"status": status, "text": text}


result = {"cells": [execute(cell["code"], cell.get("interruptAfter")) for cell in asked["cells"]]}
if asked.get("usage"):
    path = f"/api/metrics/v1/kernel_usage/get_usage/{kernel['id']}"
    result["usage"] = call("GET", path).json()["content"]
socket.close()
call("DELETE", f"/api/kernels/{kernel['id']}")
json.dump(result, sys.stdout)
