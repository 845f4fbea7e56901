"""The bill of materials says what the lock files say."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "requirements"
BILL: dict[str, Any] = json.loads((FOLDER / "sbom.json").read_text(encoding="utf-8"))


def pinned(name: str) -> dict[str, tuple[str, set[str]]]:
    """Read a lock file word by word, in another way than what writes the bill."""
    found: dict[str, tuple[str, set[str]]] = {}
    last = ""
    for word in (FOLDER / f"{name}.lock").read_text(encoding="utf-8").split():
        if "==" in word:
            last, _, version = word.partition("==")
            found[last] = (version, set())
        elif word.startswith("--hash=sha256:"):
            found[last][1].add(word.removeprefix("--hash=sha256:"))
    return found


def test_the_bill_has_every_locked_package_with_its_version_and_hashes_and_no_other() -> None:
    run, dev = pinned("run"), pinned("dev")
    assert {name: row for name, row in run.items() if dev.get(name) != row} == {}, "one version of each package"
    said = {one["name"]: (one["version"], {row["content"] for row in one["hashes"]}) for one in BILL["components"]}
    assert said == dev
    assert len(BILL["components"]) == len(said)
    assert {one["name"] for one in BILL["components"] if one["scope"] == "required"} == set(run)


def test_the_bill_is_made_as_the_format_wants_it() -> None:
    assert (BILL["bomFormat"], BILL["specVersion"], BILL["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", BILL["serialNumber"])
    assert BILL["metadata"]["component"]["name"] == "negotiation-engine"
    refs = [one["bom-ref"] for one in BILL["components"]]
    assert len(set(refs)) == len(refs)
    for one in BILL["components"]:
        assert (one["type"], one["scope"] in ("required", "optional")) == ("library", True)
        assert re.fullmatch(rf"pkg:pypi/[a-z0-9]+(-[a-z0-9]+)*@{re.escape(one['version'])}", one["purl"])
        assert one["hashes"]
        assert all(row["alg"] == "SHA-256" and re.fullmatch("[0-9a-f]{64}", row["content"]) for row in one["hashes"])


def test_the_bill_names_no_host() -> None:
    text = (FOLDER / "sbom.json").read_text(encoding="utf-8")
    assert "://" not in text
    assert re.findall(r"\b[a-z0-9-]+\.(?:org|com|io|net|dev)\b", text) == []


def test_what_the_lock_files_say_now_gives_the_same_bill_byte_for_byte(tmp_path: Path) -> None:
    for name in ("run.lock", "dev.lock", "sbom.py"):
        (tmp_path / "requirements" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "requirements" / name).write_bytes((FOLDER / name).read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((FOLDER.parent / "pyproject.toml").read_bytes())
    runpy.run_path(str(tmp_path / "requirements" / "sbom.py"), run_name="__main__")
    assert (tmp_path / "requirements" / "sbom.json").read_bytes() == (FOLDER / "sbom.json").read_bytes()


@pytest.mark.parametrize("line", ["numpy", "numpy>=2 --hash=sha256:" + "0" * 64, "numpy==2.1", "numpy==2.1 --hash=md5:0"])
def test_a_package_that_is_not_pinned_with_hashes_is_no_bill(line: str) -> None:
    locked = runpy.run_path(str(FOLDER / "sbom.py"))["locked"]
    with pytest.raises(ValueError, match="not pinned with hashes"):
        locked(line)
