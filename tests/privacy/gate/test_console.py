"""Who reaches the console: the same user and root, from the same user namespace; refusals with controls."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from privacy.console import ConsoleAway, ConsoleDeclined, ConsoleRefused, ask
from privacy.conversation import Declined
from privacy.gate.console.console import Console
from privacy.gate.jailed.runtime import listen
from tests.paths import ROOT

IMPORT = (
    "import sys; sys.path.insert(0, sys.argv[2]); from privacy.console import ask; from pathlib import Path"
)
ASK = "print(ask(Path(sys.argv[1]), 'echo', word='here')['word'])"


async def _echo(question: Mapping[str, object]) -> Mapping[str, object]:
    if "word" not in question:
        raise Declined("word_missing", "echo needs a word")
    return {"word": question["word"]}


@pytest.fixture
async def console() -> AsyncIterator[Path]:
    # a folder and a socket that everybody may enter: only the check itself stands in the way
    folder = Path("/tmp") / f"homebase-test-{os.getpid()}"
    folder.mkdir(mode=0o755, exist_ok=True)
    path = folder / "console.sock"
    serving = asyncio.ensure_future(Console({"echo": _echo}).serve(listen(path, 0o666)))
    await asyncio.sleep(0)
    yield path
    serving.cancel()
    await asyncio.wait([serving])
    path.unlink()
    folder.rmdir()


async def asked(path: Path, *prefix: str, before: str = "") -> tuple[int, str]:
    """Ask from a process of its own, started by ``prefix``; ``before`` runs in it once all is imported."""
    script = f"{IMPORT}; {before}; {ASK}" if before else f"{IMPORT}; {ASK}"
    command = [*prefix, sys.executable, "-I", "-c", script, str(path), str(ROOT)]
    # not measured: another user could not write this checkout's coverage
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    asking = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=plain
    )
    output, errors = await asyncio.wait_for(asking.communicate(), 60)
    return asking.returncode or 0, output.decode().strip() or errors.decode().strip().splitlines()[-1]


async def test_the_same_user_is_answered(console: Path) -> None:
    assert await asked(console) == (0, "here")


async def test_errors_and_unknown_verbs_are_told(console: Path) -> None:
    with pytest.raises(ConsoleDeclined, match="word_missing: echo needs a word"):
        await asyncio.to_thread(ask, console, "echo")
    with pytest.raises(ConsoleDeclined, match="unknown_question"):
        await asyncio.to_thread(ask, console, "consent.give")


@pytest.mark.parametrize("text", ["Zuhause", "\u2028 and \x00", '"quoted" \\\\', "half a pair \ud83d"])
async def test_text_comes_back_as_it_was_whatever_it_is(console: Path, text: str) -> None:
    answer = await asyncio.to_thread(ask, console, "echo", word=[text, 1, None, 2.5])
    assert answer == {"word": [text, 1, None, 2.5]}


async def test_another_user_namespace_is_refused(console: Path) -> None:
    # the same uid, as the jailed hub has it in one-user mode
    code, text = await asked(console, "unshare", "--user", "--map-current-user")
    if "unshare" in text:
        pytest.skip(f"no user namespaces here: {text}")
    assert code == 1
    assert "refused" in text
    # control: the same start without the namespace is let in
    assert await asked(console, "unshare", "--mount" if os.geteuid() == 0 else "--fork") == (0, "here")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
async def test_another_user_is_refused(console: Path) -> None:
    code, text = await asked(console, before="import os; os.setgid(60001); os.setuid(60001)")
    assert code == 1
    assert "refused" in text
    # control: the same calls with the right user are let in
    assert await asked(console, before="import os; os.setgid(0); os.setuid(0)") == (0, "here")


async def test_nobody_there_is_said(tmp_path: Path) -> None:
    path = tmp_path / "console.sock"
    with pytest.raises(ConsoleAway, match="start it again"):
        ask(path, "echo")
    listen(path, 0o600).close()  # as a gate leaves it that was killed
    with pytest.raises(ConsoleAway, match="start it again") as away:
        ask(path, "echo")
    assert not isinstance(away.value, ConsoleRefused)  # this user may; nobody is there
