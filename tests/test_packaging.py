"""The packages are ours alone, the command works from anywhere, and the locked requirements are what we say."""

import importlib.metadata
import importlib.util
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "db", "openapi", "schema")
LOCKS = ("requirements.txt", "requirements-dev.txt")


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_owns_a_package_of_ours(package: str) -> None:
    # The index has a "schema": installed beside ours it would hide it, or be overwritten in silence.
    owners = importlib.metadata.packages_distributions().get(package, ["cunzhao"])
    assert set(owners) == {"cunzhao"}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_imported_from_this_checkout(package: str) -> None:
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin == str(ROOT / package / "__init__.py")


def test_the_command_runs_from_any_folder() -> None:
    command = Path(sysconfig.get_path("scripts")) / "cunzhao"
    done = subprocess.run([command, "--help"], cwd="/", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "serve" in done.stdout


@pytest.mark.parametrize("name", LOCKS)
def test_requirements_are_locked_by_hash_and_name_no_registry(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.findall(r"https?:|--\w*index|--find-links|^-e |^[.]", text, re.MULTILINE)
    requirements = text.replace("\\\n", "").splitlines()
    loose = [line for line in requirements if line[:1] not in {"", "#"} and "--hash=sha256:" not in line]
    assert loose == []


def test_development_uses_the_versions_that_are_served() -> None:
    runtime, development = ({*re.findall(r"^\S+==\S+", (ROOT / name).read_text(), re.MULTILINE)} for name in LOCKS)
    assert runtime <= development
