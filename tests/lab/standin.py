"""What an attacker would go for at home, as dummies: services on local sockets, and victims to stop, kill or
read.

Run as ``standin.py PLAN``: holds the home's network namespace, prints ``ready``, waits for a line, prints
the pids.
"""

import ctypes
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

NEW_NETWORK = 0x40000000
VICTIMS = ("stop", "kill", "limit", "trace", "memory", "descriptor")


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text())
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    print("ready", flush=True)
    sys.stdin.readline()
    victims = {name: _victim(plan["user"]) for name in VICTIMS}
    loopback = socket.create_server(("127.0.0.1", plan["loopback_port"]))
    listeners = [loopback, *(_local(address, plan["user"]) for address in plan["services"])]
    for listener in listeners:
        threading.Thread(target=_serve, args=(listener, Path(plan["service_record"])), daemon=True).start()
    print(json.dumps(victims), flush=True)
    sys.stdin.readline()


def _victim(user: int) -> int:
    pid = os.fork()
    if pid == 0:
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # dumpable: as easy a victim as there is
        ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
        while True:
            time.sleep(3600)
    return pid


def _local(address: str, user: int) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\0" + address[1:] if address.startswith("@") else address)
    if not address.startswith("@"):
        os.chown(address, user, user)
    listener.listen(16)
    return listener


def _serve(listener: socket.socket, record: Path) -> None:
    while True:
        connection, _ = listener.accept()
        with connection, record.open("ab", buffering=0) as out:
            out.write(connection.recv(4096) + b"\n")


if __name__ == "__main__":
    main()
