"""Write sbom.json: every package of the lock files as a CycloneDX bill of materials.

Run from anywhere: `python requirements/sbom.py`. The same lock files give the same file, byte for byte.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

FOLDER = Path(__file__).resolve().parent
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<rest>.*)$")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
Packages = dict[str, tuple[str, list[str]]]


def locked(text: str) -> Packages:
    """Return the version and the hashes of every package in a lock file.

    Raises
    ------
    ValueError
        When a line pins no version, or has no hash.
    """
    found: Packages = {}
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pinned = PINNED.match(line)
        hashes = HASH.findall(line)
        if pinned is None or not hashes:
            raise ValueError(f"not pinned with hashes: {line[:80]}")
        found[pinned["name"]] = (pinned["version"], sorted(hashes))
    return found


def bill(run: Packages, dev: Packages, project: dict[str, Any]) -> dict[str, Any]:
    """Return the bill: what the server runs with is required, what only PostgreSQL, tests and tools need is optional.

    Parameters
    ----------
    run, dev : mapping
        Packages of the two lock files; `dev` has those of `run`, too.
    project : mapping
        The project's own name, version, description and licence.
    """
    parts = [_component(name, *(run | dev)[name], "required" if name in run else "optional") for name in sorted(run | dev)]
    own = {"type": "application", "bom-ref": project["name"], "name": project["name"], "version": project["version"], "description": project["description"]}
    content = json.dumps([own, parts], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {"component": {**own, "licenses": [{"license": {"id": project["license"]}}]}},
        "components": parts,
    }


def _component(name: str, version: str, hashes: list[str], scope: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}@{version}"
    alike = [{"alg": "SHA-256", "content": one} for one in hashes]
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "scope": scope, "purl": purl, "hashes": alike}


def main() -> None:
    """Write the bill beside the lock files."""
    run, dev = (locked((FOLDER / f"{name}.lock").read_text(encoding="utf-8")) for name in ("run", "dev"))
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (FOLDER / "sbom.json").write_text(json.dumps(bill(run, dev, project), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
