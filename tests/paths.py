"""Where the public captures and vectors lie: beside the checkout, or where the environment says."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROTOCOL = Path(os.environ.get("HOMEBASE_PROTOCOL", ROOT.parent / "shared" / "protocol"))
VECTORS = Path(os.environ.get("HOMEBASE_VECTORS", ROOT.parent / "shared" / "vectors"))
