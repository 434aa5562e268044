"""One worker of several, in a process of its own.

What is large is imported only when the application is made: by then the worker answers its parent, which else would
take a slow start for a worker that hangs.
"""

import gc
from typing import TYPE_CHECKING

from fp_gateway.settings import Settings

if TYPE_CHECKING:
    from starlette.applications import Starlette


def application(settings: Settings) -> "Starlette":
    """The application of this worker. Its parent has found the registry ready."""
    from fp_gateway import logs
    from fp_gateway.app import make_app
    from fp_gateway.opening import open_served_registry

    logs.configure()
    app = make_app(open_served_registry(settings), settings)
    freeze()
    return app


def freeze() -> None:
    """Take what was built so far out of the garbage collector's rounds: schema and plugins live as long as the process."""
    gc.collect()
    gc.freeze()
