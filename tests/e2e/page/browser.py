"""A page in headless Chromium (Debian: chromium), driven through the pipe of its DevTools."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

SKIP = 77


def chromium():
    """Its path; ends the test as skipped where there is none."""
    path = shutil.which("chromium")
    if path is None:
        print("skipped: no chromium (Debian: chromium)")
        raise SystemExit(SKIP)
    return path


def _above(end):
    """The same end under a number that is none of those it is to get."""
    moved = fcntl.fcntl(end, fcntl.F_DUPFD, 10)
    os.close(end)
    return moved


class Page:
    """One tab. `answer(url)` gives (status, content type, bytes) in place of the network, None for no answer; without it the network is used."""

    def __init__(self, answer=None, width=1300, height=900):
        self.answer = answer
        self.requests = []  # URLs that `answer` was asked for
        self.errors = []  # of the page's scripts
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        read_end, self._out = os.pipe()
        self._in, write_end = os.pipe()
        read_end, write_end = _above(read_end), _above(write_end)
        command = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe", "--no-first-run",
                   "--disable-extensions", "--disable-background-networking", "--disable-component-update", f"--user-data-dir={self._profile.name}"]

        # Chromium reads from 3 and writes to 4; the shell puts the ends there.
        self._process = subprocess.Popen(["bash", "-c", f'r=$1 w=$2; shift 2; exec 3<&"$r" 4>&"$w"; exec "$@"', "chromium", str(read_end), str(write_end)] + command,
                                         pass_fds=(read_end, write_end), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_end)
        os.close(write_end)
        self._buffer = b""
        self._next = 0
        self._session = None
        self._expired = False
        self._virtual = False  # whether time goes by only in advance()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Runtime.enable")
        if answer is not None:
            self.call("Fetch.enable", patterns=[{"urlPattern": "*"}])
        self.size(width, height)

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._out)
        os.close(self._in)
        self._profile.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- messages
    def _send(self, method, params):
        self._next += 1
        message = {"id": self._next, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data):]
        return self._next

    def _receive(self, deadline):
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                return None
            more = os.read(self._in, 1 << 20)
            assert more, "Chromium has ended"
            self._buffer += more
        line, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(line)

    def _handle(self, event):
        method, params = event.get("method"), event.get("params", {})
        if method == "Fetch.requestPaused":
            url = params["request"]["url"]
            self.requests.append(url)
            given = self.answer(url)
            if given is None:
                self._send("Fetch.failRequest", {"requestId": params["requestId"], "errorReason": "ConnectionRefused"})
                return
            status, kind, body = given
            self._send("Fetch.fulfillRequest", {"requestId": params["requestId"], "responseCode": status, "body": base64.b64encode(body).decode(),
                                                "responseHeaders": [{"name": "Content-Type", "value": kind}]})
        elif method == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(params["exceptionDetails"])[:2000])
        elif method == "Emulation.virtualTimeBudgetExpired":
            self._expired = True

    def call(self, method, **params):
        number, deadline = self._send(method, params), time.monotonic() + 30
        while True:
            message = self._receive(deadline)
            assert message is not None, f"Chromium does not answer {method}"
            if message.get("id") == number:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]
            self._handle(message)

    # ---- what a test does
    def open(self, url):
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + 30
        while self.run("document.readyState") != "complete" or self.run("location.href") == "about:blank":
            assert time.monotonic() < deadline, f"{url} is not there after 30 s"
            self.advance(1) if self._virtual else self.wait(0.05)

    def run(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, f"{script}: {result['exceptionDetails']}"
        return result["result"].get("value")

    def until(self, script, seconds=20):
        """Waits until the script gives something true, and returns it."""
        deadline = time.monotonic() + seconds
        while True:
            value = self.run(script)
            if value:
                return value
            assert time.monotonic() < deadline, f"after {seconds} s still not: {script}"
            self.wait(0.05)

    def wait(self, seconds):
        deadline = time.monotonic() + seconds
        while (message := self._receive(deadline)) is not None:
            self._handle(message)

    def advance(self, seconds):
        """Lets so much of the page's time go by, at once."""
        self._expired, self._virtual = False, True
        self.call("Emulation.setVirtualTimePolicy", policy="pauseIfNetworkFetchesPending", budget=1000 * seconds)
        deadline = time.monotonic() + 60
        while not self._expired:
            message = self._receive(deadline)
            assert message is not None, "the page's time stands still"
            self._handle(message)

    def size(self, width, height, mobile=False, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile)

    def media(self, **features):
        """prefers_color_scheme="dark", prefers_reduced_motion="reduce" …"""
        self.call("Emulation.setEmulatedMedia", features=[{"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def key(self, name, code, text=None):
        for kind in ("keyDown", "keyUp"):
            extra = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, **extra)

    def accessibility(self):
        """(role, name) of all that assistive technology is told."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in nodes if not n.get("ignored") and "role" in n]

    def picture(self, path, whole=False):
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as f:
            f.write(base64.b64decode(shot["data"]))
