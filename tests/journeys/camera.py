"""A phone whose camera looks at a picture: Chromium plays a file as its camera's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import segno
from playwright.sync_api import Browser, Page, Playwright

from .phones import ARGUMENTS, CHROMIUM

WIDTH, HEIGHT = 640, 480
PAPER, INK, GREY = 235, 16, 128
# the camera that is on now, so that it can be looked at after the page let go of it
KEEP_TRACK = "() => { window.track = document.querySelector('video').srcObject.getTracks()[0]; }"


@contextmanager
def browser_with_camera(playwright: Playwright, film: Path) -> Iterator[Browser]:
    """A browser that gives a page its camera without asking; the file is played from its next opening on."""
    flags = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *flags])
    try:
        yield browser
    finally:
        browser.close()


def show(film: Path, text: str) -> None:
    """Hold a QR code before the camera."""
    rows = [bytes(row) for row in segno.make_qr(text, error="m").matrix]
    module = (HEIGHT - 40) // len(rows)
    left, top = (WIDTH - module * len(rows)) // 2, (HEIGHT - module * len(rows)) // 2
    paper = bytes([PAPER]) * WIDTH
    edge = paper[:left]
    drawn = []
    for row in rows:
        line = edge + b"".join(bytes([INK if dark else PAPER]) * module for dark in row)
        drawn += [line.ljust(WIDTH, edge[:1])] * module
    luma = b"".join([paper] * top + drawn).ljust(WIDTH * HEIGHT, edge[:1])
    frame = b"FRAME\n" + luma + bytes([GREY]) * (WIDTH * HEIGHT // 2)
    film.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420mpeg2\n" + frame * 2)


def is_off(page: Page) -> bool:
    """Whether the camera that KEEP_TRACK saw is off."""
    return bool(page.evaluate("() => window.track.readyState == 'ended'"))
