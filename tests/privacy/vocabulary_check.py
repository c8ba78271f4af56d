"""Compares our terms with the vocabulary's own tables: python -m tests.privacy.vocabulary_check FOLDER.

FOLDER holds dpv.csv, pd.csv, eu-gdpr.csv, legal-eu.csv and loc.csv of DPV 2.3 (w3c/dpv, folder 2.3).
For whoever adds a term; the suite itself needs no network.
"""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

from privacy.terms import read
from tests.paths import ROOT


def main(arguments: Sequence[str]) -> int:
    """Name each term that the vocabulary does not have; 0 when it has all."""
    terms, mistakes = read((ROOT / "config" / "notice" / "terms.toml").read_text())
    known: set[str] = set()
    for prefix in terms.prefixes:
        with (Path(arguments[0]) / f"{prefix}.csv").open(newline="") as table:
            known |= {row["iri"] for row in csv.DictReader(table)}
    missing = sorted(term for term in terms.all if terms.iri(term) not in known)
    print(f"{len(terms.all)} terms, {len(missing)} of them not in the vocabulary: {' '.join(missing)}")
    return 1 if missing or mistakes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
