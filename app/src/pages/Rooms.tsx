// Rooms: which there are, what is in one, and changing both.

import { useCallback, useState } from "preact/hooks";
import type { Device } from "../api/types";
import { Dialog } from "../parts/Dialog";
import { Title } from "../parts/Frame";
import { useAction, useRole } from "../parts/hooks";
import { Icon } from "../parts/Icon";
import { Tile } from "../parts/Tile";
import { client, go, home, tell } from "../state/app";
import { sorted } from "../state/names";
import { isVisitor } from "../state/roles";
import { roomLink } from "../state/route";
import { sameList, useSelect } from "../state/store";
import { allFaces, roomSummary } from "../state/summary";
import { useTexts } from "../texts";

/** The address of the devices that are in no room. */
const REST = "-";

export function RoomsPage() {
  const { t, language } = useTexts();
  const visitor = isVisitor(useRole());
  const rooms = useSelect(home, (state) => state.rooms);
  const devices = useSelect(home, (state) => state.devices);
  const own = (id: string) => [...devices.values()].filter((device) => device.room === id);
  const rest = [...devices.values()].filter((device) => !rooms.some((room) => room.id === device.room));
  const collator = new Intl.Collator(language, { numeric: true });
  const list = [...rooms].sort((a, b) => collator.compare(a.name, b.name));
  return (
    <>
      <Title text={t("rooms.title")} />
      {list.length === 0 && <p class="quiet">{t(visitor ? "rooms.none" : "rooms.empty")}</p>}
      {(list.length > 0 || rest.length > 0) && (
        <ul class="rows card menu">
          {list.map((room) => (
            <li key={room.id}>
              <RoomRow href={roomLink(room.id)} name={room.name} devices={own(room.id)} />
            </li>
          ))}
          {rest.length > 0 && (
            <li>
              <RoomRow href={roomLink(REST)} name={t("rooms.rest")} devices={rest} />
            </li>
          )}
        </ul>
      )}
      {!visitor && <AddRoom />}
    </>
  );
}

function RoomRow({ href, name, devices }: { href: string; name: string; devices: readonly Device[] }) {
  const texts = useTexts();
  const is = useSelect(home, (state) => roomSummary(devices, state, texts), sameList);
  return (
    <a class="row" href={href}>
      <Icon name="rooms" />
      <span class="words">
        <strong>{name}</strong>
        <small>{[texts.tn("rooms.count", devices.length), ...is].join(" · ")}</small>
      </span>
      <Icon name="forward" size={18} />
    </a>
  );
}

function AddRoom() {
  const { t } = useTexts();
  const [name, setName] = useState("");
  const [running, add] = useAction(
    useCallback(async () => {
      const room = await client.addRoom(name.trim());
      home.update((old) =>
        old.rooms.some((known) => known.id === room.id) ? old : { ...old, rooms: [...old.rooms, room] },
      );
      setName("");
      tell(t("saved"));
    }, [name, t]),
  );
  return (
    <form
      class="card inline"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") add();
      }}
    >
      <label class="field">
        <span>{t("rooms.name")}</span>
        <input
          value={name}
          maxLength={60}
          autocomplete="off"
          onInput={(event) => {
            setName(event.currentTarget.value);
          }}
        />
      </label>
      <button type="submit" disabled={running}>
        <Icon name="plus" size={18} /> {t("rooms.add")}
      </button>
    </form>
  );
}

export function RoomPage({ id }: { id: string }) {
  const texts = useTexts();
  const { t } = texts;
  const role = useRole();
  const rooms = useSelect(home, (state) => state.rooms);
  const devices = useSelect(home, (state) => state.devices);
  const back = { href: "#/rooms", label: t("rooms.title") };
  const room = rooms.find((candidate) => candidate.id === id);
  if (room === undefined && id !== REST) {
    return (
      <>
        <Title text={t("rooms.title")} back={back} />
        <p>{t(role === "owner" ? "room.gone" : "room.gone.mine")}</p>
      </>
    );
  }
  const own = [...devices.values()].filter((device) =>
    room === undefined ? !rooms.some((known) => known.id === device.room) : device.room === id,
  );
  const faces = allFaces(sorted(own, texts));
  return (
    <>
      <Title text={room?.name ?? t("rooms.rest")} back={back} />
      {faces.length === 0 && <p class="quiet">{t(isVisitor(role) ? "room.none" : "room.empty")}</p>}
      <ul class="tiles">
        {faces.map((face) => (
          <Tile key={face.id} face={face} showRoom={false} />
        ))}
      </ul>
      {room !== undefined && !isVisitor(role) && <EditRoom key={room.name} id={room.id} name={room.name} removable={role === "owner"} />}
    </>
  );
}

function EditRoom({ id, name, removable }: { id: string; name: string; removable: boolean }) {
  const { t } = useTexts();
  const [next, setNext] = useState(name);
  const [asking, setAsking] = useState(false);
  const [running, rename] = useAction(
    useCallback(async () => {
      const room = await client.renameRoom(id, next.trim());
      home.update((old) => ({ ...old, rooms: old.rooms.map((known) => (known.id === id ? room : known)) }));
      tell(t("saved"));
    }, [id, next, t]),
  );
  const [removing, remove] = useAction(
    useCallback(async () => {
      setAsking(false);
      await client.removeRoom(id);
      home.update((old) => ({ ...old, rooms: old.rooms.filter((known) => known.id !== id) }));
      go("#/rooms");
    }, [id]),
  );
  return (
    <details class="card">
      <summary>{t("room.edit")}</summary>
      <form
        class="inline"
        onSubmit={(event) => {
          event.preventDefault();
          if (next.trim() !== "") rename();
        }}
      >
        <label class="field">
          <span>{t("rooms.name")}</span>
          <input
            value={next}
            maxLength={60}
            autocomplete="off"
            onInput={(event) => {
              setNext(event.currentTarget.value);
            }}
          />
        </label>
        <button type="submit" disabled={running}>
          {t("room.rename")}
        </button>
      </form>
      {removable && (
        <button
          type="button"
          class="danger"
          disabled={removing}
          onClick={() => {
            setAsking(true);
          }}
        >
          {t("room.remove")}
        </button>
      )}
      {asking && (
        <Dialog
          title={t("room.remove.ask", { name })}
          confirm={t("room.remove")}
          danger
          onConfirm={remove}
          onClose={() => {
            setAsking(false);
          }}
        >
          <p>{t("room.remove.text")}</p>
        </Dialog>
      )}
    </details>
  );
}
