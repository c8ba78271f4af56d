"""House rules that no linter knows. Each failure names the file and the way out."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT

PACKAGES = ("hub", "drivers", "privacy", "support")
MAX_MODULE_LINES = 400


def tracked(*patterns: str) -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def modules() -> list[Path]:
    return [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in PACKAGES]


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text().splitlines())) > MAX_MODULE_LINES
    }
    assert not long, f"split these by reason to change: {long}"


def test_every_cited_protocol_section_exists() -> None:
    cited = re.compile(r'docs/protocols/(\w+)\.md((?:,? (?:and )?"[^"]+")*)')
    missing = []
    for path in modules():
        text = re.sub(r"\s+", " ", path.read_text())
        for page, sections in cited.findall(text):
            source = ROOT / "docs" / "protocols" / f"{page}.md"
            headings = source.read_text() if source.exists() else ""
            titles = [line.lstrip("# ").strip() for line in headings.splitlines() if line.startswith("#")]
            for section in re.findall(r'"([^"]+)"', sections):
                if not any(section in title for title in titles):
                    missing.append(f"{path.relative_to(ROOT)} cites {page}.md, {section!r}")
    assert not missing, missing


def test_the_map_names_each_folder() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    folders = {path.relative_to(ROOT).parent for path in modules()}
    folders |= {
        Path(path.relative_to(ROOT).parts[0]) for path in tracked() if len(path.relative_to(ROOT).parts) > 1
    }
    unnamed = sorted(
        str(folder) for folder in folders if f"{folder}/" not in text and not str(folder).startswith(".")
    )
    assert not unnamed, f"ARCHITECTURE.md does not say what these are for: {unnamed}"


@pytest.mark.parametrize(
    "page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
)
def test_a_page_links_only_to_files_that_exist(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", (ROOT / page).read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_a_name_is_never_used_as_a_bin_for_leftovers() -> None:
    banned = {"utils", "util", "helpers", "helper", "misc", "common", "manager"}
    assert [str(path) for path in modules() if path.stem in banned] == []


def test_nothing_tracked_is_larger_than_a_source_should_be() -> None:
    large = [
        f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes"
        for path in tracked()
        if path.stat().st_size > 700_000
    ]
    assert not large, large


def test_locks_are_hashed_and_name_no_host() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "://" not in text, f"{lock.name} names a host; make it as CONTRIBUTING.md says"
        pins = re.findall(r"^[a-z0-9][\w.\[\]-]*==", text, re.MULTILINE)
        assert text.count("--hash=sha256:") >= len(pins) > 0, lock.name
