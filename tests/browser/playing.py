"""Settings while the stories are played for all browser tests: nothing has to survive a power cut, secrets are quick.

The servers that the browser then speaks to run with the product's own settings.
"""

from qcsystem.settings import *  # noqa: F403  the settings under which the stories are played
from qcsystem.settings import DATABASES

PASSWORD_HASHERS = ["tests.cast.QuickArgon2"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
