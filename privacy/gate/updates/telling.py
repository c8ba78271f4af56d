"""What is known of updates, as console and app are told it alike."""

from collections.abc import Mapping
from datetime import datetime

from privacy.gate.updates.offer import Offer
from privacy.gate.updates.update_words import FINDINGS, LINES, REFUSALS
from privacy.gate.updates.updates import State, Updates, later
from privacy.payload import timestamp
from privacy.register import Language
from privacy.version import VERSION


async def told(updates: Updates, language: Language) -> Mapping[str, object]:
    """line: what to know first; problem: why the latest check, or the next one, is not as it should be."""
    state = await updates.state()
    offer = later(state.offer)
    return {
        "installed": VERSION,
        "line": _line(updates, state, offer, language),
        "problem": _problem(updates, state, language),
        "checked_at": _at(state.checked),
        "verified_at": _at(state.verified),
        "update": None if offer is None else _offer(offer, language),
        "can_install": updates.settings is not None and updates.settings.install,
        "requested": updates.is_requested(),
    }


def _line(updates: Updates, state: State, offer: Offer | None, language: Language) -> str:
    if updates.settings is None:
        return REFUSALS["off"].text(language)
    if offer is not None:
        words = LINES["security" if offer.release.security else "found"]
        release = offer.release
        return words.text(language, version=release.version, date=release.date, installed=VERSION)
    if state.verified is None:
        return LINES["never"].text(language)
    return LINES["current"].text(language, installed=VERSION, verified=timestamp(state.verified)[:10])


def _problem(updates: Updates, state: State, language: Language) -> Mapping[str, object] | None:
    if updates.settings is None:
        return None
    if (lacking := updates.lacking()) is not None:
        return {"code": lacking, "text": REFUSALS[lacking].text(language)}
    if not state.code:
        return None
    text = FINDINGS[state.code].text(language, role=state.role, detail=state.detail)
    return {"code": state.code, "text": text}


def _offer(offer: Offer, language: Language) -> Mapping[str, object]:
    release, notes = offer.release, offer.release.notes(language)
    return {
        "version": release.version,
        "date": release.date,
        "security": release.security,
        "changes": notes.changes,
        "fixes": notes.fixes,
        "file": offer.file,
        "length": offer.length,
        "sha256": offer.sha256,
    }


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)
