# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium that is spoken to as its own developer tools do, over a pipe: clicks, keys, dropped files."""

import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

KEYS = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9, " ": 32}


def program():
    return shutil.which("chromium") or shutil.which("chromium-headless-shell") or shutil.which("google-chrome")


class Failed(AssertionError):
    """The browser could not do it."""


class Browser:
    """One page. `run(script)` gives a value of its; what a user does goes through the browser's own input."""

    def __init__(self, folder):
        to_child, self.write = os.pipe()
        self.read, from_child = os.pipe()
        # The protocol's file descriptors are 3 and 4; what they are here may be any but these high ones.
        command = ["bash", "-c", 'exec 250<&$1 251>&$2; shift 2; exec "$@" 3<&250 4>&251', "bash",
                   str(to_child), str(from_child), program(), "--headless", "--no-sandbox", "--disable-gpu",
                   "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
                   f"--user-data-dir={folder}", "about:blank"]
        self.process = subprocess.Popen(command, pass_fds=(to_child, from_child), stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_child)
        os.close(from_child)
        self.buffer, self.calls, self.session, self.errors = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "DOM"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        self.calls += 1
        message = {"id": self.calls, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next()
            if answer.get("method") == "Runtime.exceptionThrown":
                details = answer["params"]["exceptionDetails"]
                self.errors.append(details.get("exception", {}).get("description", details["text"]))
            if answer.get("id") == self.calls:
                if "error" in answer:
                    raise Failed(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def next(self, seconds=60):
        until = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.read], [], [], max(0, until - time.monotonic()))
            assert ready, "the browser is silent"
            data = os.read(self.read, 1 << 20)
            assert data, "the browser has ended"
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(line)

    def run(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        errors, self.errors = self.errors, []
        assert not errors, errors
        return result["result"].get("value")

    def until(self, script, seconds=120):
        end = time.monotonic() + seconds
        while not (value := self.run(script)):
            assert time.monotonic() < end, f"never true: {script}"
            time.sleep(0.05)
        return value

    def open(self, url):
        """Anew, also where it is open already."""
        self.run("window.before = true")
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)
        end = time.monotonic() + 120
        while True:
            with contextlib.suppress(Failed):       # it is on its way
                if self.run("!window.before && location.href !== 'about:blank' && document.readyState === 'complete'"):
                    return
            assert time.monotonic() < end, f"{url}: does not open"
            time.sleep(0.05)

    def screen(self, width, height=900, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def place(self, selector):
        """The middle of an element, which is brought into view."""
        place = self.run("(e => { e.scrollIntoView({block: 'center', inline: 'center'}); const r = e.getBoundingClientRect();"
                         "return [r.x + r.width / 2, r.y + r.height / 2] })"
                         f"(document.querySelector({json.dumps(selector)}))")
        return dict(zip("xy", place))

    def click(self, selector):
        where = self.place(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **where)

    def key(self, name, text=None):
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=KEYS.get(name, 0), **more)

    def drop(self, selector, *files):
        where = self.place(selector)
        data = {"items": [], "files": [str(f) for f in files], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.call("Input.dispatchDragEvent", type=kind, data=data, **where)

    def close(self):
        with contextlib.suppress(AssertionError, OSError):
            self.session = None
            self.call("Browser.close")
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.read)
        os.close(self.write)


@contextlib.contextmanager
def browser():
    with tempfile.TemporaryDirectory(prefix="mavis.", ignore_cleanup_errors=True) as folder:
        running = Browser(folder)
        try:
            yield running
        finally:
            running.close()
