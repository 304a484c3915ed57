"""Run the tests of the web application on PostgreSQL and Redis: ``python -m tests.web.services [ARGUMENTS OF PYTEST]``.

After `--` stands another command that is to run with them. DATABASE_URL and REDIS_URL name servers that run already; else both are started in temporary folders. Where one is not
installed a line says so and the tests run without it; SERVICES=required makes that a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


def main(arguments: list[str]) -> int:
    environment = dict(os.environ)
    with ExitStack() as stack:
        for variable, started in (("DATABASE_URL", postgresql), ("REDIS_URL", redis)):
            if variable not in environment:
                url = stack.enter_context(started())
                if url:
                    environment[variable] = url
                elif environment.get("SERVICES") == "required":
                    return 1
        if not {"DATABASE_URL", "REDIS_URL"} & environment.keys():
            return 0
        command = (
            arguments[1:]
            if arguments[:1] == ["--"]
            else [
                sys.executable,
                "-m",
                "pytest",
                "tests/web",
                "-m",
                "not browser and not slow",
                "-q",
                "-n",
                "2",
                *arguments,
            ]
        )
        return subprocess.run(command, env=environment, check=False).returncode


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL of its own; `control` is pg_ctl for it, to which a word is added."""

    url: str
    folder: Path
    control: list[str | Path]
    settings: str

    def start(self) -> None:
        self._run("-l", self.folder / "log", "-o", self.settings, "start")

    def stop(self, how: str = "immediate") -> None:
        self._run("-m", how, "stop")

    def _run(self, *words: str | Path) -> None:
        subprocess.run([*self.control, *words], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


@contextmanager
def postgresql() -> Iterator[str | None]:
    """The address of a cluster of its own; None where PostgreSQL is not installed."""
    with cluster() as started:
        yield started.url if started else None


@contextmanager
def cluster() -> Iterator[Cluster | None]:
    """On a socket, as the user postgres where we are root; None where PostgreSQL is not installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(installed[-1]) if installed else None)
    if initdb is None:
        print("SKIPPED: PostgreSQL is not installed (apt-get install postgresql)", flush=True)
        yield None
        return
    programs = Path(initdb).resolve().parent
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        as_user: list[str] = []
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
            as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        data = folder / "data"
        settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        made = [*as_user, initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=folder)
        url = f"postgres://postgres@{quote(name, safe='')}/postgres"
        started = Cluster(url, folder, [*as_user, programs / "pg_ctl", "-D", data, "-w"], settings)
        started.start()
        try:
            yield started
        finally:
            started.stop()


@contextmanager
def redis() -> Iterator[str | None]:
    """A server of its own on a socket; None where it is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        print("SKIPPED: Redis is not installed (apt-get install redis-server)", flush=True)
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="redis-") as name:
        socket = Path(name) / "redis.sock"
        options = ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", name]
        process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        try:
            while not socket.exists() and process.poll() is None:
                time.sleep(0.05)
            yield f"unix://{socket}"
        finally:
            process.terminate()
            process.wait(timeout=10)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
