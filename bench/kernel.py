"""Measures Jupyter kernels side by side, all through the same client and alternating.

Called by bench/kernel.ts with a request as JSON on standard input:
{"kernels": {name: spec}, "measurements": [name], "rounds": {"default": 3}}.
Prints one JSON object: {row: {kernel: [value of each round]}}; values are seconds, or MiB for memory, or a text that
says why there is none. A kernel that fails at a measurement is not asked again.
"""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

import zmq
from jupyter_client.session import Session

# Who has not answered after so many seconds is not waited for.
LIMIT = 10

CHANNELS = {"shell": zmq.DEALER, "control": zmq.DEALER, "stdin": zmq.DEALER, "iopub": zmq.SUB}


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Kernel:
    """One running kernel and a client that reconnects fast, so that starting times are not rounded to 100 ms."""

    def __init__(self, spec, folder):
        self.spec = spec
        self.python = spec["language"] == "python"
        key = uuid.uuid4().hex
        names = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"]
        connection = dict(
            zip(names, free_ports(5)),
            transport="tcp", ip="127.0.0.1", key=key, signature_scheme="hmac-sha256", kernel_name="",
        )
        connection_file = os.path.join(folder, f"kernel-{uuid.uuid4().hex}.json")
        with open(connection_file, "w") as file:
            json.dump(connection, file)
        self.session = Session(key=key.encode())
        self.context = zmq.Context()
        self.sockets = {}
        for channel, kind in CHANNELS.items():
            s = self.context.socket(kind)
            s.linger = 0
            s.reconnect_ivl = 2
            s.rcvhwm = 0
            if channel == "iopub":
                s.subscribe(b"")
            s.connect(f"tcp://127.0.0.1:{connection[channel + '_port']}")
            self.sockets[channel] = s
        # A proxy's certificates, which say nothing of kernels: Node 20 reads them first of all, 35 ms for each process.
        environment = {name: value for name, value in os.environ.items() if name != "NODE_EXTRA_CA_CERTS"}
        argv = [argument.replace("{connection_file}", connection_file) for argument in spec["argv"]]
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            argv, cwd=spec.get("cwd"), env={**environment, **spec.get("env", {})}, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def send(self, channel, message_type, content):
        message = self.session.msg(message_type, content)
        self.session.send(self.sockets[channel], message)
        return message["header"]["msg_id"]

    def receive(self, channel, timeout):
        s = self.sockets[channel]
        if not s.poll(timeout * 1000):
            raise TimeoutError(f"nothing on {channel}")
        return self.session.recv(s, mode=0)[1]

    def reply(self, message_id, channel="shell", timeout=LIMIT):
        deadline = time.perf_counter() + timeout
        while True:
            message = self.receive(channel, max(0.001, deadline - time.perf_counter()))
            if message and message["parent_header"].get("msg_id") == message_id:
                return message

    def ready(self):
        """Seconds from the start of the process until kernel_info is answered."""
        for attempt in range(1, 6):
            # Some kernels miss a question that comes while they start: front ends ask again, too.
            try:
                self.reply(self.send("shell", "kernel_info_request", {}), timeout=5)
                break
            except TimeoutError:
                if attempt == 5:
                    raise
        seconds = time.perf_counter() - self.started
        # A subscription may take longer to arrive than the first answer: ask again until iopub is heard.
        while not self.sockets["iopub"].poll(50):
            self.reply(self.send("shell", "kernel_info_request", {}))
        return seconds

    def start_cell(self, code):
        content = dict(code=code, silent=False, store_history=True, user_expressions={}, allow_stdin=False)
        return self.send("shell", "execute_request", content)

    def execute(self, code, timeout=LIMIT):
        """Runs a cell; returns (reply, outputs before idle) once reply and idle have come."""
        message_id = self.start_cell(code)
        outputs = []
        deadline = time.perf_counter() + timeout
        while True:
            message = self.receive("iopub", max(0.001, deadline - time.perf_counter()))
            if not message or message["parent_header"].get("msg_id") != message_id:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
            outputs.append(message)
        return self.reply(message_id, timeout=max(0.001, deadline - time.perf_counter())), outputs

    def run(self, code):
        """Runs a cell that must succeed; returns the seconds it took."""
        start = time.perf_counter()
        reply, _ = self.execute(code)
        seconds = time.perf_counter() - start
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"{code!r}: {reply['content'].get('evalue')}")
        return seconds

    def complete(self, code):
        """Asks for completions at the end of `code`; returns (seconds, matches)."""
        start = time.perf_counter()
        reply = self.reply(self.send("shell", "complete_request", dict(code=code, cursor_pos=len(code))))
        return time.perf_counter() - start, reply["content"]["matches"]

    def typed_cell(self, number):
        return f"x{number}: int = {number}" if self.python else f"const x{number}: number = {number};"

    def round_trip(self, first, count=30):
        return statistics.median(self.run(self.typed_cell(number)) for number in range(first, first + count))

    def processes(self):
        """Ids of the kernel's process and of all that it started."""
        pids = [self.process.pid]
        for pid in pids:
            children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
            pids += [int(child) for child in children.split()]
        return pids

    def memory(self):
        """Proportional set size of the kernel and everything it started, in MiB."""
        total = 0
        for pid in self.processes():
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        return total / 1024

    def stop(self):
        """Ends the kernel and waits for the end of what it started, which the next kernel must not pay for."""
        started = self.processes()
        # Processes that the kernel put into groups of their own notice that it is gone; that is part of the deal.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        deadline = time.perf_counter() + 5
        while any(os.path.exists(f"/proc/{pid}") for pid in started) and time.perf_counter() < deadline:
            time.sleep(0.01)
        for s in self.sockets.values():
            s.close()
        self.context.term()


def measure_start(kernel):
    return [kernel.ready()]


def measure_first(kernel):
    kernel.ready()
    message_id = kernel.start_cell("x: int = 6 * 7\nx" if kernel.python else "const x: number = 6 * 7;\nx")
    shown = idle = None
    while shown is None or idle is None:  # Deno may show the result after idle
        message = kernel.receive("iopub", LIMIT)
        if message["parent_header"].get("msg_id") != message_id:
            continue
        content = message["content"]
        if shown is None and "42" in content.get("text", "") + content.get("data", {}).get("text/plain", ""):
            shown = time.perf_counter() - kernel.started
        if content.get("execution_state") == "idle":
            idle = time.perf_counter() - kernel.started
    return [shown, idle]


def measure_cells(kernel):
    kernel.ready()
    kernel.round_trip(0, 20)
    values = [kernel.round_trip(20, 60)]
    if "diagnostics_off" in kernel.spec:
        kernel.run(kernel.spec["diagnostics_off"])
        kernel.round_trip(100, 20)
        values.append(kernel.round_trip(120, 60))
    return values


def measure_growth(kernel):
    kernel.ready()
    kernel.run(kernel.spec["import_tensorflow"])
    kernel.round_trip(0, 10)
    early = kernel.round_trip(10)
    kernel.round_trip(40, 945)
    return [early, kernel.round_trip(985)]


def measure_completion(kernel):
    kernel.ready()
    kernel.run(kernel.spec["import_tensorflow"])
    for _ in range(5):
        kernel.complete("tf.")
    idle = [kernel.complete("tf.") for _ in range(20)]
    if not all(matches for _, matches in idle):
        raise RuntimeError("no completions")
    kernel.start_cell("while (true) {}")
    time.sleep(0.5)
    busy = [kernel.complete("tf.") for _ in range(20)]
    return [statistics.median(seconds for seconds, _ in answers) for answers in (idle, busy)]


def measure_output(kernel, lines=100_000):
    kernel.ready()
    kernel.run("0")
    code = f"for i in range({lines}): print(i)" if kernel.python else f"for (let i = 0; i < {lines}; i++) console.log(i);"
    start = time.perf_counter()
    _, outputs = kernel.execute(code)
    seconds = time.perf_counter() - start
    text = "".join(output["content"]["text"] for output in outputs if output["msg_type"] == "stream")
    if text != "".join(f"{i}\n" for i in range(lines)):
        count = text.count("\n")
        raise RuntimeError(f"{count:,} lines" if count < lines else "in disorder")
    return [seconds]


def measure_interrupt(kernel):
    kernel.ready()
    kernel.run("0")
    times = []
    for _ in range(5):
        message_id = kernel.start_cell("while True: pass" if kernel.python else "while (true) {}")
        time.sleep(0.3)
        start = time.perf_counter()
        if kernel.spec.get("interrupt") == "message":
            kernel.send("control", "interrupt_request", {})
        else:
            os.killpg(kernel.process.pid, signal.SIGINT)
        kernel.reply(message_id)
        times.append(time.perf_counter() - start)
    return [statistics.median(times)]


def measure_loop(kernel):
    kernel.ready()
    kernel.run("0")
    return [kernel.run("let sum = 0;\nfor (let i = 0; i < 1e9; i++) sum += i;")]


def measure_memory(kernel):
    kernel.ready()
    kernel.run(kernel.typed_cell(1))
    time.sleep(2)
    return [kernel.memory()]


# What measures, and the rows that it gives.
MEASUREMENTS = {
    "start": (measure_start, ["start to ready"]),
    "first": (measure_first, ["start to the first typed cell's result", "start to its idle"]),
    "cells": (measure_cells, ["cell round trip", "cell round trip, diagnostics off"]),
    "growth": (measure_growth, ["cell 10, TensorFlow imported", "cell 1,000, TensorFlow imported"]),
    "completion": (measure_completion, ["completion after tf., idle", "completion after tf., during a loop"]),
    "output": (measure_output, ["100,000 lines, all before idle"]),
    "interrupt": (measure_interrupt, ["interrupt of a loop"]),
    "loop": (measure_loop, ["1e9 additions at top level"]),
    "memory": (measure_memory, ["memory, idle (PSS)"]),
}


def measure(name, spec, folder):
    """The value of each row, or a text in their place."""
    function, rows = MEASUREMENTS[name]
    kernel = Kernel(spec, folder)
    try:
        values = function(kernel)
    except TimeoutError:
        values = [f"no answer in {LIMIT} s"] * len(rows)
    except (RuntimeError, OSError) as error:
        values = [str(error) or "fails"] * len(rows)
    finally:
        kernel.stop()
    return dict(zip(rows, values))


def main():
    request = json.load(sys.stdin)
    rounds = request["rounds"]
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in request["measurements"]:
            failed = set()
            for number in range(rounds.get(name, rounds["default"])):
                for kernel_name, spec in request["kernels"].items():
                    if name not in spec["measurements"] or kernel_name in failed:
                        continue
                    for row, value in measure(name, spec, folder).items():
                        results.setdefault(row, {}).setdefault(kernel_name, []).append(value)
                        if isinstance(value, str):
                            failed.add(kernel_name)
                print(f"  {name}: round {number + 1}", file=sys.stderr, flush=True)
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
