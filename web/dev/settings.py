"""The settings of the application on a folder that is thrown away, with quick passwords: for tests and type checks."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("INTERVIEW_ANALYSIS_HOME", tempfile.mkdtemp(prefix="interview-analysis-home-"))

from interview_analysis.web.site.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A handler would keep the stream of whoever loads this first: in a test, one that is closed when the next logs something.
LOGGING_CONFIG = None
