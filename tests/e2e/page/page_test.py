#!/usr/bin/env python3
"""page_test.py status.html: the status page in headless Chromium, with answers that are made up here."""

import sys
import time

import figures
from browser import Page, chromium

URL = "http://eagerd.test/"
ROW = "[...document.querySelectorAll('#sessions tbody tr')].map(r => r.firstChild.textContent)"


class Daemon:
    """Serves the page and, of what make(step) gives, the status."""

    def __init__(self, html):
        self.html, self.step, self.make = html, 0, figures.status

    def __call__(self, url):
        if url == URL:
            return 200, "text/html; charset=utf-8", self.html
        if url != URL + "api/status":
            return 404, "text/plain", b""
        self.step += 1
        made = self.make(self.step)
        return made if made is None or isinstance(made, tuple) else figures.body(made)


def text(page, where):
    return page.run(f"document.querySelector('{where}').textContent")


def tile(page, name):
    return page.run(f"[...document.querySelectorAll('.tile')].find(t => t.firstChild.textContent === '{name}').lastChild.textContent")


def same(got, want):
    assert got == want, f"{got!r} is not {want!r}"


def has(got, want):
    assert want in got, f"{got!r} lacks {want!r}"


def test_figures(page, daemon):
    same(text(page, "#state"), "✔ Ready")
    page.advance(30)
    same(page.run("document.title"), "eagerd: ready")
    same([tile(page, t) for t in ("Ops/s", "Reads/s", "Errors/s", "Received", "Sent", "Sessions")], ["500", "10", "0.50", "2.0 KiB/s", "1.0 MiB/s", "5"])
    has(page.run("document.getElementById('chart-ops').getAttribute('aria-label')"), "now 500, least 500, most 500")
    # 95 of 100 reads are in (64 µs, 256 µs], the rest in (4.1 ms, 16.4 ms].
    p50, p99 = (page.run(f"document.querySelectorAll('#cap-lat span')[{i}].textContent") for i in (0, 1))
    assert p50.endswith(" µs") and 64 < float(p50.split()[1]) < 256, p50
    assert p99.endswith(" ms") and 4 < float(p99.split()[1]) < 16.4, p99
    has(page.run("document.querySelectorAll('.bar')[0].getAttribute('aria-label')"), "300 MiB in use, 512 MiB reserved, 700 MiB at most so far, limit 1.0 GiB")
    same(page.run("[...document.querySelectorAll('.bar')].map(b => b.children[1].style.width)"), ["29.2969%", "25%"])
    has(text(page, "#devices"), "GPU load42 %")
    same(page.run("[...document.querySelectorAll('#ops tbody tr')].map(r => [...r.children].map(c => c.textContent).join('|'))[0]").split("|")[:4],
         ["MatMul", "/device:GPU:0", "3.00 s", "75.0 %"])
    has(text(page, "#errors tbody"), "MatMul: expected two matrices")
    has(text(page, "#flags tbody"), "--listen127.0.0.1:8470")


def test_history(page, daemon):
    page.advance(400)
    points = page.run("document.querySelector('#chart-ops path').getAttribute('d').match(/[ML]/g).length")
    assert 140 <= points <= 152, f"{points} points of five minutes"


def test_sessions(page, daemon):
    same(page.run(ROW), [f"client {i}" for i in (4, 3, 2, 1, 0)])  # most ops first
    focus = "document.querySelectorAll('#sessions thead button')[%d].focus()"
    page.run(focus % 0)
    page.key("Enter", 13, "\r")
    same(page.run(ROW), [f"client {i}" for i in range(5)])
    same(page.run("document.querySelector('#sessions th').getAttribute('aria-sort')"), "ascending")
    page.key(" ", 32, " ")
    same(page.run(ROW)[0], "client 4")
    page.run(focus % 8)
    page.key("Enter", 13, "\r")
    same(page.run(ROW)[0], "client 0")  # most memory
    page.run("document.getElementById('filter').focus()")
    page.call("Input.insertText", text="RED")
    same(sorted(page.run(ROW)), ["client 1", "client 3"])
    has(text(page, "#sessions caption"), "2 of 5 with “RED”")
    page.advance(6)
    same(sorted(page.run(ROW)), ["client 1", "client 3"])
    page.run("const f = document.getElementById('filter'); f.value = ''; f.dispatchEvent(new Event('input'))")
    daemon.make = lambda step: figures.status(step, sessions=[{"id": str(i), "client": f"c{i}", "ops": i} for i in range(1000)], sessions_total=4321)
    page.advance(4)
    same(len(page.run(ROW)), 200)
    has(text(page, "#sessions caption"), "The first 200 of 1000")
    same(tile(page, "Sessions"), "4321")


def test_hostile_words(page, daemon):
    daemon.make = figures.hostile
    page.advance(10)
    same(page.run("typeof window.hit"), "undefined")
    same(page.run("document.querySelectorAll('img, iframe, object, embed, body script').length"), 1)  # the page's own
    has(text(page, "#sessions"), figures.HOSTILE + "client 1")
    has(text(page, "#errors"), figures.HOSTILE + "MatMul")
    has(text(page, "#flags"), figures.HOSTILE)


def test_states(page, daemon):
    broken = [dict(figures.status(1)["devices"][1], healthy=False, failure="an illegal address")]
    for changes, want in (({"draining": True, "ready": False}, "▼ Draining: it ends, and takes no new sessions"), ({"ready": False}, "… Not ready"),
                          ({"ready": False, "devices": broken}, "✖ /device:GPU:0 has failed: an illegal address"), ({}, "✔ Ready")):
        daemon.make = lambda step: figures.status(step, **changes)
        page.advance(4)
        same(text(page, "#state"), want)


def test_no_answer(page, daemon):
    daemon.make = lambda step: None
    page.advance(4)
    has(text(page, "#lost-why"), "The daemon does not answer (since ")
    has(text(page, "#lost-why"), "The figures are those of ")
    same(text(page, "#state"), "✖ No answer")
    assert page.run("document.getElementById('lost').checkVisibility()")
    asked = daemon.step
    page.advance(120)
    assert 3 <= daemon.step - asked <= 7, f"asked {daemon.step - asked} times in two minutes"
    has(text(page, "#lost-time"), "For 2 min")
    daemon.make = figures.status
    page.advance(31)
    same(text(page, "#state"), "✔ Ready")
    assert not page.run("document.getElementById('lost').checkVisibility()")


def test_bad_answers(page, daemon):
    for answer, want in (((500, "text/plain", b"no"), "answers with HTTP 500"), ((401, "text/plain", b""), "load this page again to log in"),
                         ((200, "text/html", b"<p>hello"), "something that is no JSON"), ((200, "application/json", b"null"), "something that is no status")):
        daemon.make = lambda step: answer
        page.advance(31)
        has(text(page, "#lost-why"), want)
    daemon.make = lambda step: {"now_seconds": figures.START + step}  # an older daemon may say less
    page.advance(31)
    same(text(page, "#state"), "… Not ready")


def test_restart(page, daemon):
    page.advance(20)
    daemon.make = lambda step: figures.status(step, uptime_seconds=1, counters={"ops": 7})
    page.advance(2)
    same(tile(page, "Ops/s"), "–")
    same(page.run("document.querySelector('#chart-ops path').getAttribute('d')"), "")


def test_pauses(page, daemon):
    page.advance(4)
    for stop, go in (("Object.defineProperty(document, 'hidden', {value: true, configurable: true}); document.dispatchEvent(new Event('visibilitychange'))",
                      "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"),
                     ("document.getElementById('pause').click()", "document.getElementById('pause').click()")):
        page.run(stop)
        asked = daemon.step
        page.advance(60)
        same(daemon.step, asked)
        page.run(go)
        page.advance(4)
        assert daemon.step >= asked + 2


def test_phone(page, daemon):
    page.size(360, 740, mobile=True)
    for make in (figures.status, figures.hostile):
        daemon.make = make
        page.advance(4)
        same(page.run("document.documentElement.scrollWidth"), 360)
    assert page.run("[...document.querySelectorAll('button, input')].every(e => !e.checkVisibility() || e.getBoundingClientRect().height >= 24)")


# The least contrast of a text with what is behind it, and where.
CONTRAST = """(() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number), light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] !== 0) return c; } return [255, 255, 255]; };
  let least = [99, ''];
  for (const e of document.querySelectorAll('body *')) {
    if (!e.checkVisibility() || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const style = getComputedStyle(e), front = light(parse(e instanceof SVGElement ? style.fill : style.color)), back = light(behind(e));
    const ratio = (Math.max(front, back) + .05) / (Math.min(front, back) + .05);
    if (ratio < least[0]) least = [ratio, e.outerHTML.slice(0, 100)];
  }
  return least;
})()"""


def becomes(value, wanted):
    deadline = time.monotonic() + 10
    while value() != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    same(value(), wanted)


def test_themes(page, daemon):
    shown = lambda: page.run("document.documentElement.dataset.theme")
    for scheme in ("light", "dark"):
        page.media(prefers_color_scheme=scheme)
        page.advance(4)
        becomes(shown, scheme)  # told with a frame, and those come when the machine has time
        daemon.make = lambda step: figures.status(step, ready=False, devices=[dict(d, healthy=False, failure="x") for d in figures.status(1)["devices"]])
        page.advance(4)
        ratio, where = page.run(CONTRAST)
        assert ratio >= 4.5, f"{scheme}: contrast {ratio:.2f} of {where}"
    page.run("document.getElementById('theme').click()")
    same((shown(), text(page, "#theme")), ("light", "Theme: light"))
    page.open(URL)
    page.advance(4)
    same((shown(), text(page, "#theme")), ("light", "Theme: light"))
    page.call("Page.addScriptToEvaluateOnNewDocument", source="Object.defineProperty(window, 'localStorage', {get() { throw new Error('no storage'); }})")
    page.open(URL)
    page.advance(4)
    has(text(page, "#state"), "failed")
    becomes(shown, "dark")  # the system's
    page.run("document.getElementById('theme').click()")
    same(shown(), "light")


def test_assistive_technology(page, daemon):
    page.advance(4)
    nodes = page.accessibility()
    roles = [role for role, _ in nodes]
    for role in ("main", "banner", "region", "table", "status", "button", "searchbox", "columnheader", "rowheader", "image", "heading"):
        assert role in roles, f"nothing is a {role} among {sorted(set(roles))}"
    for role, name in nodes:
        if role in ("button", "image", "table", "region", "searchbox"):
            assert name.strip(), f"a {role} has no name"
    same(page.run("[...document.querySelectorAll('[aria-live]')].map(e => e.getAttribute('aria-live'))"), ["polite", "polite"])
    # Everything that can be used is reached by Tab, and shows it.
    reached = []
    for _ in range(60):
        page.key("Tab", 9)
        here = page.run("document.activeElement === document.body ? '' : document.activeElement.id || document.activeElement.textContent.slice(0, 20)")
        if here:
            reached.append(here)
            assert page.run("getComputedStyle(document.activeElement).outlineStyle") != "none", f"no focus to be seen on {here}"
    for wanted in ("To the figures", "pause", "theme", "filter", "Client", "Op", "Flags"):
        assert wanted in reached, f"Tab does not come to {wanted}, but to {reached}"


def main():
    chromium()
    with open(sys.argv[1], "rb") as f:
        html = f.read()
    assert b"innerHTML" not in html and b"document.write" not in html
    tests = [value for name, value in globals().items() if name.startswith("test_")]
    failed = 0
    for test in tests:
        daemon = Daemon(html)
        with Page(daemon) as page:
            try:
                page.media(prefers_color_scheme="light")
                page.open(URL)
                page.until("document.getElementById('uptime').textContent")
                test(page, daemon)
                assert not page.errors, page.errors
                others = [url for url in page.requests if url not in (URL, URL + "api/status")]
                assert not others, f"the page asks for {others}"
                print(f"{test.__name__}: passed", flush=True)
            except AssertionError as error:
                failed += 1
                print(f"{test.__name__}: FAILED: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
