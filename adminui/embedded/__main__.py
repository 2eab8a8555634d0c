"""The platform in a box, on its own: `python -m adminui.embedded`.

Reads HOST (127.0.0.1), BOX_PORT (8001) and DATA_DIR (./data). Makes its database, and fills it with demo data, when it
is missing or empty.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import django
import uvicorn


def prepare() -> None:
    """Bring the database to this version of the program, and fill it when it is empty."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from .demo.seed import enrol, seed
    from .models import Person
    from .provider.setup import register

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0)
    if not Person.objects.exists():
        seed(datetime.now(UTC).replace(microsecond=0))
    enrol()
    register(os.environ.get("PORT") or "8000")
    # The server's thread opens its own.
    connection.close()


def main() -> None:
    port = os.environ.get("BOX_PORT") or "8001"
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        sys.exit("BOX_PORT must be a whole number from 1 to 65535.")
    os.environ["DJANGO_SETTINGS_MODULE"] = "adminui.embedded.settings"
    Path(os.environ.get("DATA_DIR") or "data").mkdir(parents=True, exist_ok=True)
    django.setup()
    prepare()
    uvicorn.run(
        "adminui.embedded.asgi:application",
        host=os.environ.get("HOST") or "127.0.0.1",
        port=int(port),
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
