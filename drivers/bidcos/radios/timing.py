"""How long everything takes: repeats, windows, pauses. Constants of the protocol and those we chose.

Source: docs/protocols/bidcos.md, "Timing", "Time-outs and repeats".
"""

from ..codec.frames import Flag, Frame

ATTEMPTS = 3
ATTEMPTS_SIGNED = 6  # of what must be signed: four frames have to arrive, not two
ATTEMPTS_AWAKE = 5  # of a sleeper that listens now: its next waking may be minutes away
CALLS = 3  # of a sleeper: when only its acknowledgement was lost, it listens
REPEAT_PLAIN_S = 0.3
REPEAT_AWAKE_S = 0.24  # open firmware listens for 0.5 s after it heard us, so there is no time to lose
REPEAT_BURST_S = 0.66
REPEAT_SIGNED_S = 1.2
JITTER_S = 0.1

ANSWER_S = 0.087  # after the end of the frame; must be within 85 to 110 ms, and we are only ever late
REPEATED_EARLIER_S = 0.044  # a repeater has already spent this much of the window
ANSWER_LATEST_S = 0.2  # after the end of the frame nobody listens any more

# ours
PAUSE_S = 0.1  # between the device's answer and our next message to it
CALLED_S = 0.3  # from a sleeper's frame until it has answered a radio that calls by itself
AWAKE_S = 1.0  # how long a woken device listens for the next message
CONFIG_AWAKE_S = 5.0  # after a press of its config button
PAGE_S = 3.0  # wait for the next part of a long answer
BUSY_S = 0.2  # after the stick found the channel busy
MAX_BUSY = 5  # so often; then it counts as sent
PROOF_S = 0.4  # the air is kept free for a signature that we asked for
PROOF_LATEST_S = 1.0  # a challenge is good for so long
HURRIED_PAGE_S = 0.6  # when somebody more urgent waits; the list is asked for once more after that
OTHERS_S = 0.15  # somebody else's answer is due within this time: we keep quiet


def turn_round_s(frame: Frame) -> float:
    """From the end of ``frame`` to the start of its answer."""
    return ANSWER_S - (REPEATED_EARLIER_S if frame.flags & Flag.RPTED else 0.0)
