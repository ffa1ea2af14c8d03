"""The life of a case, read from process.toml: states, edges, papers and coded reasons. 办案流程

What a role in a region may do is this one table; nothing else grants a step.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from gisland.casework.errors import ProcessInvalid
from spatial.access import access
from spatial.models.region import RegionLevel

PROCESS_FILE = Path(__file__).resolve().parent / "process.toml"

SAME = "same"
ASKS = (
    "determination", "field_result", "rectification", "checklist", "reported", "other_hand",
)  # fmt: skip
FINDINGS = ("illegal", "lawful")
CLOCK_ACTS = ("pause", "resume", "extend")
LEVELS = (RegionLevel.COUNTY, RegionLevel.CITY, RegionLevel.PROVINCE)
REASONS_END = ("_reason", "_fault")


@dataclass(frozen=True)
class State:
    """Where a case stands on one of its tracks."""

    code: str
    term: str
    track: str
    at: str
    final: bool = False


@dataclass(frozen=True)
class Paper:
    """A kind of document, and what must be told of it."""

    code: str
    term: str
    number: bool
    date: bool
    area: bool = False


@dataclass(frozen=True)
class Edge:
    """One step: from where to where, who may take it, and what it asks."""

    code: str
    term: str
    to: str
    act: str
    levels: tuple[str, ...]
    sources: tuple[str, ...] = ()
    finding: str = ""
    asks: tuple[str, ...] = ()
    paper: str = ""
    reasons: str = ""
    round: bool = False
    clock: str = ""

    @property
    def moves(self) -> bool:
        """Whether the case stands elsewhere afterwards."""
        return self.to != SAME


@dataclass(frozen=True)
class Process:
    """The whole of process.toml."""

    tracks: dict[str, str]
    states: dict[str, State]
    edges: dict[str, Edge]
    papers: dict[str, Paper]
    reasons: dict[str, dict[str, str]] = field(default_factory=dict)

    def first(self, track: str) -> State:
        """Where a new case stands on a track."""
        return next(state for state in self.states.values() if state.track == track)

    def track_of(self, edge: Edge) -> str:
        """The track that an edge moves on; empty for one that leaves the state."""
        return self.states[edge.to].track if edge.moves else ""


@cache
def process() -> Process:
    """The checked process of this installation."""
    return read(PROCESS_FILE.read_text(encoding="utf-8"))


def read(text: str) -> Process:
    """Parse and check; raises ProcessInvalid with every fault, one sentence each."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProcessInvalid(f"process.toml 不是有效的 TOML：{error}") from error
    try:
        found = Process(
            tracks=tree["track"],
            states={code: State(code, **entry) for code, entry in tree["state"].items()},
            edges={code: _edge(code, entry) for code, entry in tree["edge"].items()},
            papers={code: Paper(code, **entry) for code, entry in tree["paper"].items()},
            reasons={
                name: table for name, table in tree.items() if name.endswith(REASONS_END)
            },
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise ProcessInvalid(f"process.toml 缺少或多出一项：{error}") from error
    if faults := _faults(found):
        raise ProcessInvalid("gisland/casework/process.toml 有误：\n" + "\n".join(faults))
    return found


def _edge(code: str, entry: dict[str, Any]) -> Edge:
    told = dict(entry)
    return Edge(
        code=code,
        sources=tuple(told.pop("from", ())),
        levels=tuple(told.pop("level")),
        asks=tuple(told.pop("asks", ())),
        **told,
    )


def _faults(found: Process) -> list[str]:
    faults = [
        f"[state] {state.code}：没有线 {state.track}"
        for state in found.states.values()
        if state.track not in found.tracks
    ]
    faults += [
        f"[state] {state.code}：没有级别 {state.at}"
        for state in found.states.values()
        if state.at not in LEVELS
    ]
    for edge in found.edges.values():
        faults += [f"[edge.{edge.code}] {fault}" for fault in _edge_faults(found, edge)]
    return faults + _unreachable(found)


def _edge_faults(found: Process, edge: Edge) -> list[str]:
    faults = [
        f"没有{what} {code}"
        for what, codes, known in (
            ("状态", (*edge.sources, *((edge.to,) if edge.moves else ())), found.states),
            ("行为", (edge.act,), access().acts),
            ("级别", edge.levels, LEVELS),
            ("前提", edge.asks, ASKS),
            ("认定", (edge.finding,) if edge.finding else (), FINDINGS),
            ("文书", (edge.paper,) if edge.paper else (), found.papers),
            ("理由表", (edge.reasons,) if edge.reasons else (), found.reasons),
            ("计时", (edge.clock,) if edge.clock else (), CLOCK_ACTS),
        )
        for code in codes
        if code not in known
    ]
    if faults:
        return faults
    if edge.moves and not edge.sources:
        faults.append("改变状态的步骤须写明 from")
    tracks = {found.states[code].track for code in edge.sources}
    if edge.moves and tracks - {found.track_of(edge)}:
        faults.append("from 与 to 不在同一条线上")
    if not edge.levels:
        faults.append("须写明 level")
    return faults


def _unreachable(found: Process) -> list[str]:
    """States that no edge leads to: a case could never come there."""
    led = {edge.to for edge in found.edges.values()}
    led |= {found.first(track).code for track in found.tracks}
    return [f"[state] {code}：没有步骤通向它" for code in found.states if code not in led]
