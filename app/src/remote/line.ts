// What a session needs of a transport: whole messages, unchanged or lost. And the one at home, a WebSocket. I/O.
// Source: docs/protocols/remote.md, "Transports".

import type { Bytes } from "../gate/bytes";

export interface Line {
  send: (wire: Bytes) => void;
  close: () => void;
  /** Set once, by whoever uses the line. */
  hear: (wire: Bytes) => void;
  gone: () => void;
}

/** The address of sessions at a gate's origin. */
export const sessionAddress = (origin: string): string => `${origin.replace(/^http/, "ws")}/session`;

/** A line at home. Rejects when nobody answers there. */
export function openAtHome(origin: string): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(sessionAddress(origin));
    socket.binaryType = "arraybuffer";
    const line: Line = {
      send: (wire) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(wire);
      },
      close: () => {
        socket.close();
      },
      hear: () => undefined,
      gone: () => undefined,
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (event.data instanceof ArrayBuffer) line.hear(new Uint8Array(event.data));
    };
    socket.onopen = () => {
      resolve(line);
    };
    socket.onclose = () => {
      reject(new Error(`no home at ${origin}`));
      line.gone();
    };
  });
}
