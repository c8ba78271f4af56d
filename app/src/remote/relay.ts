// A line by a relay: MQTT over a WebSocket, in the phone's own slot. Loaded when it is needed: at home it never is. I/O.
// Source: docs/protocols/remote.md, "Relay" and "Presence".

import { fullJitterMs } from "../api/backoff";
import { type Bytes, toBase64url } from "../gate/bytes";
import type { Place } from "./code";
import type { Line } from "./line";
import { connectPacket, DISCONNECT, type Heard, MqttDecoder, PING, publishPacket, subscribePacket } from "./mqtt";

const PING_MS = 30_000;
const ID_SIZE = 16;
const [AWAY, HERE] = [0, 1]; // the one byte of a hub that went, or came

/** A line there. Rejects when the relay can't be reached, or refuses this phone. */
export function openByRelay(place: Extract<Place, { kind: "relay" }>, connection: Bytes): Promise<Line> {
  const { host, wssPort, route, slot, password } = place;
  const home = `hb1/${toBase64url(route)}`;
  const mine = `${home}/${slot}/${toBase64url(connection)}`;
  return new Promise((resolve, reject) => {
    if (wssPort === 0) {
      reject(new Error(`${host} speaks no WebSocket`));
      return;
    }
    const socket = new WebSocket(`wss://${host}:${wssPort}/mqtt`, "mqtt");
    socket.binaryType = "arraybuffer";
    const decoder = new MqttDecoder();
    const say = (packet: Bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(packet);
    };
    const pinging = setInterval(() => {
      say(PING);
    }, PING_MS);
    let opening: Bytes | null = null; // the first message; a hub that came after it gets it once more
    let answered = false;
    let repeating: ReturnType<typeof setTimeout> | undefined;
    const line: Line = {
      send: (wire) => {
        opening ??= wire;
        say(publishPacket(`${mine}/u`, wire));
      },
      close: () => {
        say(DISCONNECT);
        socket.close();
      },
      hear: () => undefined,
      gone: () => undefined,
    };
    const present = (state: number | undefined) => {
      if (state === AWAY || (state === HERE && answered)) line.close();
      else if (state === HERE) {
        clearTimeout(repeating);
        repeating = setTimeout(repeat, fullJitterMs(0, Math.random())); // not with all other phones of this home at once
      }
    };
    const repeat = () => {
      if (opening !== null && !answered) line.send(opening);
    };
    const take = (heard: Heard) => {
      if (heard.kind === "accepted") say(subscribePacket(`${mine}/d`, `${home}/presence`));
      else if (heard.kind === "subscribed") resolve(line);
      else if (heard.kind === "fault") line.close();
      else if (heard.topic === `${home}/presence`) present(heard.payload[0]);
      else if (heard.topic === `${mine}/d`) {
        answered = true;
        line.hear(heard.payload);
      }
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (!(event.data instanceof ArrayBuffer)) return;
      for (const heard of decoder.feed(new Uint8Array(event.data))) take(heard);
    };
    socket.onopen = () => {
      const id = toBase64url(crypto.getRandomValues(new Uint8Array(ID_SIZE))); // told to nobody
      say(connectPacket(id, `hb1-${toBase64url(route)}-${slot}`, password));
    };
    socket.onclose = () => {
      clearInterval(pinging);
      clearTimeout(repeating);
      reject(new Error(`no relay at ${host}`));
      line.gone();
    };
  });
}
