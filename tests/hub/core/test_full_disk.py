"""A disk that is really full: a small tmpfs in a mount namespace of the test's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HOME = """
import asyncio, os, sys, pathlib
from hub.contract import StoreError
from hub.core import History, Settings, Store
from tests.clock import ManualClock
from tests.hub.core.home import STATE, value

folder = pathlib.Path(sys.argv[1])

def fill():
    with open(folder / "junk", "wb", buffering=0) as junk:
        try:
            while junk.write(b"x" * 512): pass
        except OSError: pass

async def attempt(what, job):
    try:
        await job
        print(what, "ok")
    except StoreError as error:
        print(what, error.code, "free some space" in error.what)

async def main():
    async with Store(folder, os.urandom) as store:
        await Settings(store).put("before", 1)
        fill()
        await attempt("put", Settings(store).put("big", "x" * 100_000))
        print("read", await Settings(store).get("before"), await Settings(store).get("big"))
    async with Store(folder, os.urandom) as store:
        history = History(store, ManualClock(), ring_path=folder / "ring", random_bytes=os.urandom)
        print("start", [value.value for value in await history.start()])
        history.record(value(True))
        await attempt("flush", history.flush())
        (folder / "junk").unlink()
        await attempt("flush", history.flush())
        await attempt("put", Settings(store).put("big", "x" * 100_000))
asyncio.run(main())
"""


def in_a_small_disk(folder: Path, program: str) -> "subprocess.CompletedProcess[str]":
    script = f'mount -t tmpfs -o size=600k none "{folder}" && exec "{sys.executable}" -c "$0" "{folder}"'
    as_root = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    command = ["unshare", *as_root, "--mount", "sh", "-c", script, program]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_full_disk_refuses_what_is_new_keeps_what_is_there_and_recovers(tmp_path: Path) -> None:
    if os.geteuid() != 0 and in_a_small_disk(tmp_path, "").returncode:
        pytest.skip("only root may mount a small disk here: this kernel gives others no namespaces")
    run = in_a_small_disk(tmp_path, HOME)
    assert run.stdout.splitlines() == [
        "put full True",
        "read 1 None",
        "start []",
        "flush full True",
        "flush ok",
        "put ok",
    ], run.stderr
