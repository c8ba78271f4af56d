"""The world outside: holds a network namespace, takes every connection, and writes down every IP packet that
arrives.

Run as ``sink.py RECORD``: prints ``ready``, waits for a line (the cable is plugged then), prints
``listening``.
"""

import ctypes
import os
import socket
import sys
import threading
from pathlib import Path

NEW_NETWORK = 0x40000000
IPV4, IPV6, NEIGHBOURS = 0x0800, 0x86DD, 58


def main() -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    print("ready", flush=True)
    sys.stdin.readline()
    recorder = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
    for family, port in ((socket.AF_INET6, 443), (socket.AF_INET6, 3128)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(("::", port))
        listener.listen(64)
        threading.Thread(target=_accept, args=(listener,), daemon=True).start()
    print("listening", flush=True)
    with Path(sys.argv[1]).open("ab", buffering=0) as record:
        while True:
            frame, address = recorder.recvfrom(65536)
            if address[0] != "lo" and address[2] != socket.PACKET_OUTGOING and _carries(frame):
                record.write(len(frame).to_bytes(4, "big") + frame)


def _carries(frame: bytes) -> bool:
    """IP of any kind, but not the kernels' own talk about who has which address."""
    kind = int.from_bytes(frame[12:14], "big")
    return kind not in {0x0806, IPV6} or (kind == IPV6 and frame[20] not in {NEIGHBOURS, 0})


def _accept(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_drain, args=(connection,), daemon=True).start()


def _drain(connection: socket.socket) -> None:
    with connection:
        try:
            while connection.recv(65536):
                pass
        except OSError:
            os.sched_yield()


if __name__ == "__main__":
    main()
