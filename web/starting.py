"""Django with the application's settings, for the commands; loaded when one of them runs."""

from __future__ import annotations

import os

from interview_analysis.errors import ConfigError

SETTINGS = "interview_analysis.web.site.settings"


def start_django() -> None:
    """Load the settings and every room."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    try:
        import django

        django.setup()
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"the web application needs more packages ({error.name} is missing): pip install 'interview-analysis[web]'"
        ) from error
    from interview_analysis.web.site import store

    store.check()


def start_with_data() -> None:
    """`start_django` for a command that works on what is there. Raises ConfigError for a database of no or another version."""
    start_django()
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise ConfigError(
            f"the database (in {settings.HOME.folder}, or named by DATABASE_URL) was not made yet, or by an older version: run `interview-analysis web migrate`"
        )


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
