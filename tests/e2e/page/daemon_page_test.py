#!/usr/bin/env python3
"""daemon_page_test.py EAGERD EAGER_GUIDE [--seconds N --pictures FOLDER]: the status page of a daemon under load, in headless Chromium.

With --pictures it takes some of what is seen after N seconds of load: light, dark and on a phone.
"""

import argparse
import os
import re
import subprocess
import tempfile
import threading
import urllib.request

from browser import SKIP, Page, chromium

TILES = "Object.fromEntries([...document.querySelectorAll('.tile')].map(t => [t.firstChild.textContent, t.lastChild.textContent]))"


class Daemon:
    def __init__(self, eagerd, *flags):
        self.process = subprocess.Popen([eagerd, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", *flags], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        found, log = {}, ""
        for line in self.process.stdout:
            log += line
            for event in ("listening", "http_listening"):
                if match := re.search(rf"event={event} .*?address=(\S+)", line):
                    found.setdefault(event, match[1])
            if len(found) == 2:
                break
        assert len(found) == 2, f"eagerd does not say where it listens:\n{log}"
        self.address, self.http = found["listening"], found["http_listening"].removeprefix("http://").rstrip("/")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()  # its log must go somewhere

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)


class Load:
    """Runs sections of the guide, and what fails, until it is stopped."""

    def __init__(self, guide, daemon):
        self._stop, self._folder = threading.Event(), tempfile.TemporaryDirectory()
        # A client's name is its program's, and anybody may choose that.
        self._hostile = os.path.join(self._folder.name, "<img src=x onerror=window.hit=1>")
        os.symlink(os.path.abspath(guide), self._hostile)
        self._environment = dict(os.environ, EAGERD_ADDRESS=daemon.address)
        self._threads = [threading.Thread(target=self._run, args=(program, sections)) for program, sections in (
            (guide, ["training_step", "watch", "optimizer"]), (self._hostile, ["tensors", "gradients", "control_flow", "variables", "train_model"]))]
        for thread in self._threads:
            thread.start()

    def _run(self, program, sections):
        files = os.path.join(self._folder.name, sections[0])
        while not self._stop.is_set():
            running = subprocess.Popen([program, *sections, "--files", files], env=self._environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            while running.poll() is None and not self._stop.wait(0.1):
                pass
            running.kill()
            running.wait()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._folder.cleanup()


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.status, answer.headers, answer.read()


def look(page, daemon, load):
    page.open(f"http://{daemon.http}/")
    page.until("document.getElementById('state').textContent === '✔ Ready'")
    page.until(f"parseFloat(({TILES})['Ops/s']) > 0 && document.getElementById('cap-lat').textContent.match(/p50 [0-9]/)", 60)
    tiles = page.run(TILES)
    assert tiles["Sessions"] != "0" or page.until(f"({TILES})['Sessions'] !== '0'"), tiles
    page.until("document.querySelectorAll('#ops tbody tr').length > 5")
    page.until("[...document.querySelectorAll('#sessions tbody th')].some(c => c.textContent.startsWith('<img'))", 60)
    assert page.run("typeof window.hit") == "undefined"
    assert page.run("document.querySelectorAll('#devices li').length") >= 1
    assert "in use" in page.run("document.querySelector('.bar').getAttribute('aria-label')")
    assert page.run("document.querySelector('#flags tbody').textContent.includes('listen')")
    assert page.run("document.getElementById('build').textContent.includes('Compiler')")
    assert not page.errors, page.errors


def take(page, folder, seconds):
    page.wait(seconds)
    for name, width, height, scheme in (("light", 1060, 1150, "light"), ("dark", 1060, 1150, "dark"), ("phone", 360, 1150, "light")):
        page.media(prefers_color_scheme=scheme)
        page.size(width, height, mobile=width < 500)
        page.wait(3)
        page.picture(os.path.join(folder, f"status_{name}.png"))
    page.size(1300, 1500)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("eagerd")
    parser.add_argument("guide")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--pictures")
    options = parser.parse_args()
    chromium()
    if "--http" not in subprocess.run([options.eagerd, "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout:
        print("skipped: this eagerd serves no HTTP")
        return SKIP
    daemon = Daemon(options.eagerd)
    load = Load(options.guide, daemon)
    try:
        status, headers, html = get(f"http://{daemon.http}/")
        assert status == 200 and headers["Content-Type"].startswith("text/html"), headers
        with Page(width=1300, height=1500) as page:
            page.media(prefers_color_scheme="light")
            look(page, daemon, load)
            if options.pictures:
                take(page, options.pictures, options.seconds)
            load.stop()
            code = daemon.stop()
            assert code == 0, f"eagerd ended with {code}"
            page.until("document.getElementById('lost-why').textContent.includes('does not answer (since')", 30)
            print("the page shows a daemon under load, and that it has gone: passed")
    finally:
        load.stop()
        if daemon.process.poll() is None:
            daemon.process.kill()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
