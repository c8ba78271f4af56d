"""An HM-MOD-RPI-PCB as its host sees it: UART frames in, UART frames out; its radio is module_radio.py.

Read downwards: power_on, write → _execute → one method each; what the radio tells goes out by emit.
Its illnesses, for tests, are data: ILLS. What is not known of real ones: the layout of GET_PEERS.
Source: docs/protocols/bidcos.md, "Module frames", "Module requests", "Module reports".
"""

from collections.abc import Callable

from drivers.bidcos.codec.uart import (
    AckStatus,
    AppCommand,
    Destination,
    OsCommand,
    UartDamaged,
    UartDecoder,
    UartFrame,
    encode_uart,
)
from drivers.bidcos.codec.uart_reports import (
    APPLICATION,
    BOOT_LOADER,
    DUAL_APPLICATION,
    Address,
    Answer,
    Credits,
    Firmware,
    PeerAdded,
    RadioAnswer,
    Report,
    SerialNumber,
    Started,
    Unknown,
)
from drivers.bidcos.codec.uart_requests import (
    AddPeer,
    Ask,
    Enable,
    PeerAes,
    RemovePeer,
    Request,
    Send,
    SetAddress,
    SetKey,
    SetTime,
    UpdateMode,
    parse_request,
)

from .agenda import Agenda, Uniform
from .air import Air
from .module_radio import ModuleRadio
from .places import Place

FIRMWARE = (1, 4, 1)
FACTORY_ADDRESS = bytes.fromhex("4D0001")  # ours
SERIAL = "SIMMODUL01"
ANSWER_S = 0.002  # from a request's last byte to the answer's first (ours)
BOOT_S = 0.1  # from power or reset to the boot loader's name
START_S = 0.4  # from CHANGE_APP to the application's name
PARTS_SIZE = 16  # peers in one part of a list (ours)
ILLS = {
    "garbage": "noise between its frames",
    "crc": "every other frame has a wrong checksum",
    "silent": "answers nothing",
    "stuck": "stays in its boot loader",
    "dual": "runs the firmware for two protocols",
    "busy": "says that the command before still runs",
    "no-credits": "has no send time left",
}


class Module:
    """One module, from the moment it has power.

    emit: takes what goes to the host. ills: names of ILLS it suffers from. uniform: its chance.
    """

    def __init__(
        self,
        agenda: Agenda,
        air: Air,
        emit: Callable[[bytes], None],
        uniform: Uniform,
        place: Place = Place(),  # noqa: B008 - frozen
    ) -> None:
        self.ills: set[str] = set()
        self.radio = ModuleRadio(agenda, air, uniform, self._report, place)
        self._agenda = agenda
        self._emit = emit
        self._uniform = uniform
        self._app = ""
        self._life = 0
        self._sent = 0
        self._power()

    # power

    def power_on(self) -> None:
        """Boot: the boot loader tells its name and waits for CHANGE_APP."""
        self._power()
        self._later(BOOT_S, lambda: self._run(BOOT_LOADER))

    def power_off(self) -> None:
        """Be pulled: silent and deaf."""
        self._power()

    def reset(self) -> None:
        """Pull its reset line, or let it crash: everything that the host set is gone."""
        self.power_on()

    def _power(self) -> None:
        self._life += 1
        self._app = ""
        self._decoder = UartDecoder()
        self._send_counter: int | None = None
        self.radio.clear()

    def _run(self, app: str) -> None:
        self._app = app
        if app == APPLICATION and "dual" in self.ills:
            self._app = DUAL_APPLICATION
            self._write(Started(app=DUAL_APPLICATION, destination=Destination.DUAL).frame(0))
        else:
            self.radio.listens = app == APPLICATION
            self._write(Started(app=app).frame(0))

    @property
    def receives(self) -> bool:
        """Whether its application listens to the air for a central."""
        return self._app == APPLICATION and any(self.radio.address)

    # from the host

    def write(self, data: bytes) -> None:
        """Take bytes from the host, cut anyhow. Never raises."""
        for event in self._decoder.feed(data):
            if not isinstance(event, UartDamaged) and self._app:
                self._execute(event)

    def _execute(self, frame: UartFrame) -> None:
        request = parse_request(frame)
        answer: Answer | None
        if request is None or not self._knows(frame):
            answer = self._answer(frame, AckStatus.REFUSED)
        elif "busy" in self.ills:
            answer = self._answer(frame, AckStatus.BUSY)
        else:
            answer = self._obey(frame, request)
        if answer is not None:
            self._later(ANSWER_S, lambda: self._write(answer.frame(frame.counter)))

    def _knows(self, frame: UartFrame) -> bool:
        """The boot loader knows only the system's commands, a firmware for two protocols only its own."""
        if self._app == DUAL_APPLICATION:
            return frame.destination == Destination.DUAL
        return self._app == APPLICATION or frame.destination == Destination.OS

    def _answer(self, frame: UartFrame, status: AckStatus, info: bytes = b"") -> Answer:
        return Answer(destination=frame.destination, status=status, info=info)

    def _obey(self, frame: UartFrame, request: Request) -> Answer | None:
        radio = self.radio
        match request:
            case Ask():
                return self._tell(frame, request)
            case Send():
                return self._send(frame, request)
            case AddPeer():
                count, signed = radio.add_peer(request.peer, request.key_index, request.wake_up)
                info = PeerAdded(count=count, signed=signed).info()
                return self._answer(frame, AckStatus.MULTI_PART, info)
            case RemovePeer():
                radio.peers.pop(request.peer, None)
                info = PeerAdded(count=len(radio.peers), signed=None).info()
                return self._answer(frame, AckStatus.MULTI_PART, info)
            case PeerAes():
                known = radio.sign(request.peer, request.channels, request.on)
                return self._answer(frame, AckStatus.OK if known else AckStatus.REFUSED)
            case SetAddress():
                radio.address = request.address
            case SetKey():
                radio.keys[request.command] = (request.index, request.key)
            case Enable(command=OsCommand.ENABLE_CREDITS):
                radio.counts_credits = request.on
            case Enable():
                radio.listens_first = request.on
            case UpdateMode():
                radio.listens = False  # to devices at 10 kbit/s
            case SetTime():
                pass
        return self._answer(frame, AckStatus.OK)

    def _tell(self, frame: UartFrame, request: Ask) -> Answer | None:
        info, parts = AckStatus.INFO, AckStatus.MULTI_PART
        match frame.destination, request.command:
            case Destination.OS, OsCommand.GET_APP:
                return self._answer(frame, info, self._app.encode())
            case Destination.OS, OsCommand.CHANGE_APP:
                return self._change_app(frame)
            case Destination.OS, OsCommand.GET_FIRMWARE:
                return self._answer(frame, info, Firmware(version=FIRMWARE).info())
            case Destination.OS, OsCommand.GET_CREDITS:
                return self._answer(frame, info, Credits(used=self._credits()).info())
            case Destination.OS, OsCommand.GET_SERIAL:
                return self._answer(frame, info, SerialNumber(serial=SERIAL).info())
            case Destination.OS, OsCommand.NORMAL_MODE:
                self.radio.listens = self._app == APPLICATION
                return self._answer(frame, AckStatus.OK)
            case Destination.APP, AppCommand.GET_ADDRESS:
                return self._answer(frame, parts, Address(address=self.radio.address).info())
            case Destination.APP, AppCommand.DEFAULT_ADDRESS:
                return self._answer(frame, parts, Address(address=FACTORY_ADDRESS).info())
            case Destination.APP, AppCommand.GET_PEERS:
                self._list_peers(frame)
                return None
        return self._answer(frame, AckStatus.REFUSED)

    def _change_app(self, frame: UartFrame) -> Answer | None:
        """From the boot loader into the application; from there it boots anew."""
        if "stuck" in self.ills and self._app == BOOT_LOADER:
            return self._answer(frame, AckStatus.REFUSED)
        to_app = self._app == BOOT_LOADER
        self._write(self._answer(frame, AckStatus.OK).frame(frame.counter))
        if to_app:
            self._later(START_S, lambda: self._run(APPLICATION))
        else:
            self.reset()
        return None

    def _list_peers(self, frame: UartFrame) -> None:
        peers = list(self.radio.peers)
        chunks = [peers[at : at + PARTS_SIZE] for at in range(0, len(peers), PARTS_SIZE)] or [[]]
        for part, chunk in enumerate(chunks, 1):
            info = bytes((part, len(chunks))) + b"".join(chunk)
            answer = self._answer(frame, AckStatus.MULTI_PART, info)
            self._later(ANSWER_S * part, lambda answer=answer: self._write(answer.frame(frame.counter)))  # type: ignore[misc]

    # to the air

    def _send(self, frame: UartFrame, request: Send) -> Answer | None:
        if self._send_counter is not None:
            return self._answer(frame, AckStatus.BUSY)
        if self.radio.is_spent or "no-credits" in self.ills:
            return self._answer(frame, AckStatus.NO_CREDITS)
        self._send_counter = frame.counter
        self.radio.send(request.radio, burst=bool(request.burst))
        return None

    def _credits(self) -> int:
        return 200 if "no-credits" in self.ills else self.radio.credits_used()

    # to the host

    def _report(self, report: Report) -> None:
        """Pass on what the radio tells: the answer to SEND, or what it heard."""
        counter = 0
        if isinstance(report, Answer | RadioAnswer):
            counter, self._send_counter = self._send_counter or 0, None
        if not isinstance(report, Unknown):
            self._write(report.frame(counter))

    def _write(self, frame: UartFrame) -> None:
        if "silent" in self.ills or not self._app:
            return
        data = encode_uart(frame)
        self._sent += 1
        if "crc" in self.ills and self._sent % 2:
            data = data[:-1] + bytes((data[-1] ^ 0x01,))
        if "garbage" in self.ills:
            noise = bytes(int(self._uniform() * 256) for _ in range(int(self._uniform() * 12)))
            data = noise + data
        self._emit(data)

    def _later(self, delay_s: float, do: Callable[[], None]) -> None:
        life = self._life

        def alive() -> None:
            if life == self._life:
                do()

        self._agenda.after(delay_s, alive)
