"""A Debian in a folder, booted with its own systemd in a container without a network.

systemd-nspawn gives it namespaces and a console; where this machine still has the old kind of control groups,
the new kind is mounted for it, and only for it.
"""

import contextlib
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

BOOT_S = 60.0
BOOT = """
[ -e /sys/fs/cgroup/cgroup.procs ] || mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/homebase-machine && echo $$ >/sys/fs/cgroup/homebase-machine/cgroup.procs
exec systemd-nspawn --quiet --directory="$1" --machine=homebase-machine --register=no --keep-unit \
  --private-network --console=pipe --boot
"""
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Machine:
    """Booted while its ``with`` lasts; what it writes stays in ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._leader = 0

    def __enter__(self) -> Self:
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", BOOT, "sh", str(self._root)]
        self._console = (self._root / "console.log").open("wb")
        self._container = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._console, stderr=subprocess.STDOUT
        )
        ends_s = time.monotonic() + BOOT_S
        while not self._is_up():
            if self._container.poll() is not None or time.monotonic() > ends_s:
                self.__exit__(None, None, None)
                said = (self._root / "console.log").read_text(errors="replace")[-500:]
                raise RuntimeError(f"{self._root} does not boot: {said}")
            time.sleep(0.2)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._leader:
            self.run("systemctl", "poweroff")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._container.wait(30 if self._leader else 1)
        self._container.kill()
        self._container.wait()
        self._console.close()

    def run(self, *command: str, timeout_s: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run a program inside, as root, without this machine's environment."""
        inside = ["nsenter", "--target", str(self._leader), "--all", "env", "-i", PATH, "HOME=/root"]
        return subprocess.run(
            [*inside, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )

    def _is_up(self) -> bool:
        nspawn = self._container.pid
        children = Path(f"/proc/{nspawn}/task/{nspawn}/children")
        for child in children.read_text().split() if children.exists() else ():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    self._leader = int(child)
        up = self._leader and self.run("systemctl", "is-system-running").stdout.strip()
        return up in {"running", "degraded"}
