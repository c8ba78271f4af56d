"""The launcher: a fresh process that reads a jail from its stdin, builds it, and becomes the program in it.

Run as ``python -I -S launch.py STATUS`` by jail.spawn. It says ``pid N`` and, if it comes to that, ``failed
TEXT`` on the descriptor STATUS, which closes when the program runs. No asyncio, no threads, nothing outside
the standard library. Order: see ``_build``; each step takes away the power to undo the one before.
"""

import errno
import os
import select
import signal
import sys
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from privacy.gate.jailed import canary, mounts, namespaces, seccomp
from privacy.gate.jailed.jail import EXIT_ISOLATION, Jail, JailError, check
from privacy.gate.machine.syscalls import architecture, call


def main() -> None:
    """Never returns: 77 after a failure, else the launcher ends with 0 and its sibling is the program."""
    status = int(sys.argv[1])
    os.set_inheritable(status, False)
    try:
        jail = Jail.from_json(sys.stdin.buffer.read())
        check(jail)
        architecture()
        _part(jail, status)
    except BaseException as error:  # noqa: BLE001 -- whatever it is, nothing was started: the gate must hear it
        _fail(status, error)


def _part(jail: Jail, status: int) -> None:
    """Go two ways: one tells the pid, maps ids if it is root, and ends; the other is jailed."""
    as_root = os.geteuid() == 0
    ids = jail.user or (os.geteuid(), os.getegid())  # asked before the new user namespace, which knows nobody
    asked, ask = os.pipe()
    answered, answer = os.pipe()
    pid = namespaces.bear(as_root=as_root)
    if pid == 0:
        os.close(asked)
        os.close(answer)
        _build(jail, ids, (ask, answered) if as_root else None)
        _run(jail, status)
    os.close(ask)
    os.close(answered)
    os.write(status, b"pid %d\n" % pid)
    if as_root and os.read(asked, 1):
        namespaces.map_ids(Path(f"/proc/{pid}"), *ids)
        os.write(answer, b"!")
    os._exit(0)


def _build(jail: Jail, ids: tuple[int, int], root: tuple[int, int] | None) -> None:
    os.setsid()
    if root is None:
        namespaces.map_ids(Path("/proc/self"), *ids)
    else:
        os.setgroups([])
    namespaces.forget_keys()
    namespaces.name_machine()
    os.umask(0o022)
    whole_proc = mounts.build(jail)
    call("unshare", namespaces.NEW_USER | namespaces.NEW_MOUNTS)  # what is mounted is locked from here on
    if root is None:
        namespaces.map_ids(Path(f"/proc/self/fd/{whole_proc}/self"), *ids)
    else:
        ask, answered = root
        os.write(ask, b"?")
        if not os.read(answered, 1):
            raise OSError(0, "the launcher could not map the user's id")
        namespaces.become(*ids)
    Path(f"/proc/self/fd/{whole_proc}/sys/user/max_user_namespaces").write_text("0")
    namespaces.drop_powers()
    namespaces.limit(jail.open_files, jail.processes)


def _run(jail: Jail, status: int) -> NoReturn:
    os.umask(0o077)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # ignored by every Python; programs expect the default
        signal.signal(number, signal.SIG_DFL)
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    namespaces.keep_only({0, 1, 2, status, *jail.keep_fds})
    namespaces.die_with_parent()
    watch = select.poll()
    watch.register(status, select.POLLERR)
    if watch.poll(0):
        os._exit(EXIT_ISOLATION)  # the gate went before we could be tied to it
    seccomp.install(architecture())
    if (leak := canary.sing()) is not None:
        raise JailError(f"jail: the canary got out ({leak}): nothing is started; please report this")
    for fd in jail.keep_fds:
        os.set_inheritable(fd, True)
    try:
        os.execve(  # noqa: S606 -- what a launcher is for
            jail.executable, jail.argv, dict(jail.environ)
        )
    except OSError as error:
        raise JailError(
            f"jail: {jail.executable} does not start inside: {error.strerror}; bind it read-only"
        ) from error


def _fail(status: int, error: BaseException) -> NoReturn:
    text = str(error) if isinstance(error, JailError) else _explain(error)
    os.write(status, b"failed " + " ".join(text.split()).encode(errors="replace") + b"\n")
    os._exit(EXIT_ISOLATION)


def _explain(error: BaseException) -> str:
    if not isinstance(error, OSError):
        return f"jail: {type(error).__name__}: {error}; nothing is started; please report this"
    if error.errno == errno.ENOSYS:
        return f"jail: {error.strerror}: needs Linux 5.14 or newer"
    reason = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename else ""
    way_out = f"; {namespaces.way_out()}" if isinstance(error, PermissionError) and ";" not in reason else ""
    return f"jail: {where}{reason}{way_out}"


if __name__ == "__main__":
    main()
