"""Tests, one process a part: numpy's products stay on one core of it, for what runs beside (0115)."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before anybody imports numpy
