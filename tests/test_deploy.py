"""The files for whoever runs the service say what is so: settings, addresses and commands that there are."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from api.cli import cunzhao
from api.secret_files import SUFFIX
from api.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "api" / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
PAGE = ROOT / "api" / "web" / "docs" / "running.md"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICE = (DEPLOY / "cunzhao.service").read_text(encoding="utf-8")


def steps() -> list[tuple[str, str]]:
    """The instructions of the container file, with what follows each."""
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line and not line.startswith("#")]  # type: ignore[misc]


@pytest.mark.parametrize("path", [*FILES, PAGE], ids=lambda path: path.name)
def test_every_setting_and_command_that_is_named_is_one(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", text):
        assert name in known or name.removesuffix(SUFFIX) in known, name
    for command in re.findall(r"(?:^|`|/bin/)cunzhao ([a-z]+)", text, re.MULTILINE):
        assert command in cunzhao.commands, command


def test_the_container_file_copies_what_there_is_and_installs_what_is_locked() -> None:
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert {instruction for instruction, _ in steps()} <= known
    for instruction, rest in steps():
        if instruction == "COPY" and not rest.startswith("--from"):
            assert all((ROOT / source).exists() for source in rest.split()[:-1])
    copied = {rest.split()[0] for instruction, rest in steps() if instruction == "COPY"}
    assert {"api", "db", "openapi", "schema"} <= copied
    installs = " && ".join(rest for instruction, rest in steps() if instruction == "RUN" and "pip install" in rest)
    assert "--require-hashes --requirement requirements.txt" in installs
    assert [rest for instruction, rest in steps() if instruction == "USER"] == ["10001"]


def test_what_it_installs_is_what_runs(tmp_path: Path) -> None:
    """The wheel that the container file has pip make holds everything that is not Python too."""
    for name in ("pyproject.toml", "LICENSE", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("api", "db", "openapi", "schema"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    made = subprocess.run(
        [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", "out", "."],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (wheel,) = (tmp_path / "out").iterdir()
    listed = subprocess.run([sys.executable, "-m", "zipfile", "-l", wheel], capture_output=True, text=True, check=True)
    for name in ("db/migrations/0001_store.sql", "db/dataset/revisions.ndjson", "api/web/docs/running.md",
                 "schema/vocabulary/measures.json", "openapi/openapi.json", "db/sql/backing_up.sql"):  # fmt: skip
        assert f"{name} " in listed.stdout, name


def test_its_health_check_tells_a_service_that_answers(served: str) -> None:
    (check,) = [rest for instruction, rest in steps() if instruction == "HEALTHCHECK"]
    program, option, code = yaml.safe_load(check.partition("CMD ")[2])
    assert (program, option) == ("python", "-c")
    for url, status in ((served, 0), ("http://127.0.0.1:1", 1)):
        asked = code.replace("http://127.0.0.1:8000", url)
        assert asked != code
        assert subprocess.run([sys.executable, "-c", asked], capture_output=True, check=False).returncode == status


def test_the_compose_file_fits_together() -> None:
    services, secrets, volumes = COMPOSE["services"], COMPOSE["secrets"], COMPOSE["volumes"]
    used: set[str] = set()
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        used.update(service["secrets"])
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith(".") else source in volumes, volume
        for value in service["environment"].values():
            if str(value).startswith("/run/secrets/"):
                assert value.removeprefix("/run/secrets/") in service["secrets"], value
    assert used == set(secrets)
    build = services["service"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == (DEPLOY / "Containerfile").resolve()
    assert services["standby1"]["environment"]["PRIMARY"] in services


@pytest.mark.parametrize("name", ["primary.sh", "standby.sh"])
def test_the_scripts_are_plain_shell(name: str) -> None:
    subprocess.run(["/bin/sh", "-n", DEPLOY / name], check=True)


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("cunzhao")
    start = re.search(r"^ExecStart=(.+)$", SERVICE, re.MULTILINE)
    assert start
    assert shlex.split(start[1])[1:] == ["serve"]
    if (verify := shutil.which("systemd-analyze")) is None:
        pytest.skip("there is no systemd here")
    unit = tmp_path / "cunzhao.service"
    unit.write_text(SERVICE.replace("/opt/cunzhao/bin/cunzhao", str(program)), encoding="utf-8")
    told = subprocess.run([verify, "verify", unit], capture_output=True, text=True, check=False)
    assert (told.returncode, [line for line in told.stderr.splitlines() if "cunzhao.service" in line]) == (0, [])


def test_the_proxies_lock_away_what_is_for_the_operator(served: str) -> None:
    assert httpx.get(f"{served}/metrics").status_code == 200
    for name in ("nginx.conf", "Caddyfile"):
        text = (DEPLOY / name).read_text(encoding="utf-8")
        assert "/metrics" in text
        assert text.count("{") == text.count("}")
