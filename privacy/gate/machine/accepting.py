"""Accept on a listening socket, through spells in which the machine has nothing left to accept with.

accept(2): a connection that could not be taken for want of descriptors or memory stays in the queue, so that
waiting loses nothing. asyncio's own servers (front, streams) do the same for themselves.
"""

import asyncio
import errno
import logging
import socket

log = logging.getLogger(__name__)

PAUSE_S = 0.1
PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ECONNABORTED})


async def accept(listening: socket.socket) -> socket.socket:
    """Return the next connection, non-blocking. A spell without descriptors is waited out, and logged once.

    Raises:
        OSError: the listening socket itself is of no use.
    """
    told = False
    while True:
        try:
            connection, _ = await asyncio.get_running_loop().sock_accept(listening)
        except OSError as error:
            if error.errno not in PASSING:
                raise
            if not told:
                log.warning("accept.waits", extra={"reason": error.strerror})
                told = True
            await asyncio.sleep(PAUSE_S)
        else:
            connection.setblocking(False)
            return connection
