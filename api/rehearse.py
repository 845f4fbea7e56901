"""A whole workshop played by programs: to see that everything works before people come."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from argparse import Namespace
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from negotiation.errors import IllegalMoveError, SolverError
from negotiation.report import Report

from .client import Client

START = 60.0
TOGETHER = 16
MOST_SEATS = 300


def run(options: Namespace) -> tuple[dict[str, Any], Report | str]:
    """Rehearse; return what happened, as data and for people."""
    if not 1 <= options.seats <= MOST_SEATS or not 1 <= options.rounds <= 50:
        raise IllegalMoveError(f"{options.seats} seats and {options.rounds} rounds cannot be rehearsed", f"use 1 to {MOST_SEATS} seats and 1 to 50 rounds")
    if options.address:
        found = rehearse(options.address, options.game, options.seats, options.rounds)
    else:
        with served() as address:
            found = rehearse(address, options.game, options.seats, options.rounds)
    return found, told(found)


def told(found: dict[str, Any]) -> str:
    """Say what happened."""
    lines = [f"{found['seats']} seats played {found['rounds']} rounds of “{found['title']}” in {found['seconds']:.1f} s.", ""]
    lines += [f"  {step['step']:<44}{step['seconds']:>8.2f} s" for step in found["steps"]]
    lines += ["", f"Slowest acknowledgement of a decision: {1000 * found['slowest']:.0f} ms.", "The record is whole, and every figure came out again the same."]
    return "\n".join(lines) + "\n"


@contextmanager
def served() -> Iterator[str]:
    """Start a server on a database of its own, and end both."""
    with tempfile.TemporaryDirectory(prefix="negotiation-rehearsal-") as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/rehearsal.db", "NEGOTIATION_JOIN_TRIES": "100000"}
        environment |= {"NEGOTIATION_OWNER": "", "NEGOTIATION_PUBLIC": ""}  # nobody else reaches it
        with Path(folder, "log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen([sys.executable, "-m", "api", "--port", str(port)], env=environment, cwd=folder, stdout=log, stderr=log)
            try:
                _wait(f"http://127.0.0.1:{port}", process)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
                process.wait(timeout=30)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=1).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise SolverError("the server for the rehearsal did not start", "run 'negotiate doctor'")


def rehearse(address: str, game: str, seats: int, rounds: int) -> dict[str, Any]:
    """Play a workshop from its making to its archive.

    Parameters
    ----------
    address : str
        Of the server.
    game : str
    seats, rounds : int

    Returns
    -------
    dict
        title, seats, rounds, seconds, steps (seconds of each), slowest (seconds until a decision was acknowledged).
    """
    steps: list[dict[str, Any]] = []
    begun = time.perf_counter()
    owner, anybody, chance = Client(address), Client(address), random.Random(0)
    form = anybody.ask("GET", f"/api/games/{game}")
    with _timed(steps, "workshop made"):
        made = owner.make({"title": f"Rehearsal of {form['title']}"[:200], "game": game, "seats": plan_seats(form, seats), "rounds": rounds})
    room, code = made["tables"][0]["room"], made["tables"][0]["code"]
    owner.move(room, "go", {"to": "lobby"})
    with _timed(steps, f"{seats} seats taken"), ThreadPoolExecutor(TOGETHER) as pool:
        people = [client for _, client in pool.map(lambda _: anybody.join(code), range(seats))]
    actions = {role: list(one["actions"]) for role, one in form["stakeholders"].items()}
    roles = [next(seat["role"] for seat in seen["seats"] if seat["name"] == seen["you"]) for seen in (person.see(room) for person in people)]
    waits: list[float] = []
    for number in range(1, rounds + 1):
        _round(room, owner, [(person, chance.choice(actions[role])) for person, role in zip(people, roles, strict=True)], waits, steps)
        if number == 1 < rounds and form.get("levers"):
            _deal(room, owner, people, next(iter(form["levers"])), steps)
    owner.move(room, "go", {"to": "debrief"})
    with _timed(steps, "debriefing"):
        owner.ask("GET", f"/api/rooms/{room}/debrief")
    with _timed(steps, "archive worked out again"):
        archive = owner.ask("GET", f"/api/workshops/{made['workshop']}/archive")
        checked = anybody.ask("POST", "/api/archives/check", archive)
    if not checked["identical"]:
        raise SolverError("the rehearsal's record did not come to the same figures", json.dumps(checked["different"])[:300])
    owner.ask("DELETE", f"/api/workshops/{made['workshop']}")
    taken = {"seconds": time.perf_counter() - begun, "slowest": max(waits), "steps": steps}
    return {"title": form["title"], "seats": seats, "rounds": rounds, **taken}


def plan_seats(form: dict[str, Any], seats: int) -> list[dict[str, Any]]:
    """Divide seats among the roles: one for each, the rest to the roles with most members."""
    sizes = {role: one.get("members", 1) for role, one in form["stakeholders"].items()}
    given = dict.fromkeys(list(sizes)[:seats], 1)
    for _ in range(seats - len(given)):
        free = [role for role in given if given[role] < sizes[role]]
        if not free:
            raise IllegalMoveError(f"the game has only {sum(sizes.values())} members", f"use --seats {sum(sizes.values())}")
        largest = max(free, key=lambda role: sizes[role] / given[role])
        given[largest] += 1
    return [{"role": role, "seats": number} for role, number in given.items()]


def _round(room: str, owner: Client, parts: list[tuple[Client, str]], waits: list[float], steps: list[dict[str, Any]]) -> None:
    people = [person for person, _ in parts]
    owner.move(room, "go", {"to": "predict"})
    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(lambda person: person.move(room, "predictions", {"cooperation": 0.5}), people))
        owner.move(room, "go", {"to": "decide"})
        with _timed(steps, "everybody decided"):
            waits += pool.map(lambda pair: _seconds(pair[0], room, pair[1]), parts)
        with _timed(steps, "closed and revealed"):
            owner.move(room, "go", {"to": "closed"})
            owner.move(room, "go", {"to": "revealed"})
        with _timed(steps, "everybody saw the result"):
            list(pool.map(lambda person: person.see(room), people))


def _seconds(person: Client, room: str, choice: str) -> float:
    begun = time.perf_counter()
    person.move(room, "decisions", {"choice": choice})
    return time.perf_counter() - begun


def _deal(room: str, owner: Client, people: list[Client], lever: str, steps: list[dict[str, Any]]) -> None:
    with _timed(steps, "proposed, voted, closed"):
        people[0].move(room, "proposals", {"title": f"Let us try {lever}", "terms": {"levers": [lever]}})
        owner.move(room, "go", {"to": "negotiate"})
        with ThreadPoolExecutor(TOGETHER) as pool:
            list(pool.map(lambda person: person.move(room, "proposals/p1/votes", {"accepts": True}), people))
        owner.move(room, "proposals/p1/close")


@contextmanager
def _timed(steps: list[dict[str, Any]], name: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    steps.append({"step": name, "seconds": time.perf_counter() - begun})
