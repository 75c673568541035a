"""numpy's matrix products, on the thread that asks for them.

Those here are small. Shared out, their threads wait for each other by spinning: that cost an ingest a quarter of
the processor's time, and the model runs beside it. What is large (scans, models) has threads of its own.
"""

from __future__ import annotations

from threadpoolctl import threadpool_limits


def on_one_thread() -> None:
    """From now on, for the whole process."""
    threadpool_limits(1, user_api="blas")
