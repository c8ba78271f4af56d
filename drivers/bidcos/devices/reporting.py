"""How often devices speak of their own accord, and how long their silence may be. Data, and a look-up. Pure.

A pause is the longest between two frames that a device sends although nothing happens. What nobody
acknowledges is lost now and then, so its limit lets several in a row be lost.
Source: docs/protocols/bidcos.md, "Silence".
"""

from dataclasses import dataclass

from .table import Model

CYCLE_S = 184.0  # weather, thermostats, meters: 120 to 184 s, pseudo-random; the CCU waits for three
MOTION_S = 400.0  # a third of the CCU's 1,200 s; not measured
HOUR_S = 3600.0  # HM-Sec-SCo: the CCU waits 10,000 s; not measured
DAY_S = 86_400.0
SMOKE_S = 356_400.0  # HM-Sec-SD: FHEM expects one within 99 h; not measured
LOST_IN_A_ROW = 5  # with one frame in five lost, a limit of six cycles is passed by chance once in a month
LATE = (
    1 / 6
)  # what is acknowledged, and repeated until it is, comes; but clocks run unlike: FHEM's 28 h a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """What a model sends although nothing happens. pause_s: at most; acknowledged: repeated until it is."""

    pause_s: float
    acknowledged: bool = False

    @property
    def silence_min_s(self) -> float:
        """No limit may be below this."""
        return self.pause_s * (1 + LATE if self.acknowledged else 1 + LOST_IN_A_ROW)


_CYCLE = Reporting(pause_s=CYCLE_S)
_DAILY = Reporting(pause_s=DAY_S, acknowledged=True)
_BY_CLASS = {
    **dict.fromkeys(("KS", "OT2", "P", "PT", "RT", "TC", "TCIT", "TH"), _CYCLE),
    **dict.fromkeys(("C", "CO2", "F", "LUX", "R", "RD", "SD2", "T", "VD", "W", "X"), _DAILY),
    "M": Reporting(pause_s=MOTION_S),  # whether its reports want an acknowledgement is not known
    "SD": Reporting(pause_s=SMOKE_S, acknowledged=True),
}
_BY_CODE = {0x00C7: Reporting(pause_s=HOUR_S, acknowledged=True)}


def reporting(model: Model) -> Reporting | None:
    """How often it speaks; None: only when something happens, as far as is known."""
    if model.silence_s is None:
        return None
    return _BY_CODE.get(model.code or 0) or _BY_CLASS[model.cls]
