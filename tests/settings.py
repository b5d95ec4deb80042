"""The settings under test: training mode, everything it writes in a folder that goes away with the test run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_made = "" if "QCS_TEST_VAR" in os.environ else tempfile.mkdtemp(prefix="qcs-test-")
_root = Path(_made or os.environ["QCS_TEST_VAR"])
os.environ["QCS_MODE"] = "training"
os.environ["QCS_VAR"] = str(_root / os.environ.get("PYTEST_XDIST_WORKER", "main"))
if _made:
    atexit.register(shutil.rmtree, _made, ignore_errors=True)

from qcsystem.settings import *  # noqa: E402,F403  the lines above must come first
from qcsystem.settings import DATABASES, VAR_DIR  # noqa: E402

# Static files are looked for when asked for: not all of them gathered anew for every client of every test.
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: tests with two connections need what production has.
    # Nothing here has to survive a power cut, so the tests need not wait for the disk.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
