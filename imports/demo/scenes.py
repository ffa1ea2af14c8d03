"""What happens on one site: papers (ledger records), shots (patches) and what they should mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imports.demo.claims import Where
from imports.demo.place import COUNTIES, County

if TYPE_CHECKING:
    from numpy.random import Generator
    from shapely.geometry import Polygon

XY = tuple[float, float]
Claim = tuple[str, Where]
"""A conclusion code and where it holds (None: on all that is left)."""


@dataclass
class Holder:
    """An invented company with a visibly invented code."""

    name: str
    code: str


@dataclass
class Site:
    """A place to build on: its middle, county number, direction of the fields and free radius."""

    xy: XY
    county: int
    angle: float
    reach: float


@dataclass
class Paper:
    """One record of a ledger, its fields by canonical name."""

    layer: str
    county: int
    geom: Polygon
    fields: dict[str, Any]
    txt: bool = False


@dataclass
class Shot:
    """One patch as a satellite (or a patrol) saw it, with what it is meant to show."""

    situation: str
    batch: str
    county: int
    geom: Polygon
    kind: str
    claims: list[Claim]
    holder: Holder | None = None
    fields: dict[str, str] = field(default_factory=dict)
    visible: bool = True
    before: str = ""
    after: str = ""
    jcbh: str = ""
    areas: dict[str, float] = field(default_factory=dict)
    crosses: bool = False


@dataclass
class Built:
    """A lot that the survey of 2023-12-31 shows as construction land."""

    geom: Polygon
    code: str
    county: int


@dataclass
class Book:
    """Everything that the scenes have written down so far."""

    rng: Generator
    papers: list[Paper] = field(default_factory=list)
    shots: list[Shot] = field(default_factory=list)
    built: list[Built] = field(default_factory=list)
    fences: list[tuple[int, Polygon, Holder]] = field(default_factory=list)
    parcels: list[Paper] = field(default_factory=list)
    belated: list[Paper] = field(default_factory=list)
    serial: int = 0

    def next(self) -> int:
        """The next running number for documents, holders and parcels."""
        self.serial += 1
        return self.serial


WORDS = (
    "恒样",
    "范达",
    "例丰",
    "示远",
    "样成",
    "例海",
    "范宇",
    "示嘉",
    "样润",
    "例信",
    "范泽",
    "示宏",
)
TRADES = (
    "新材料",
    "建材",
    "物流",
    "机械",
    "电子",
    "食品",
    "光电",
    "纺织",
    "置业",
    "能源",
    "包装",
    "商贸",
)
PURPOSES = {
    "工业用地": "0601",
    "城镇住宅用地": "0701",
    "商业服务业设施用地": "05H1",
    "科教文卫用地": "08H2",
    "公用设施用地": "0809",
    "物流仓储用地": "0508",
}


@dataclass
class Scene:
    """A site being written: recipes call its methods, and the book keeps what they say."""

    book: Book
    site: Site
    situation: str
    batch: str
    holder: Holder
    size: float = 0.0
    when: tuple[str, str] = ("", "")

    @property
    def rng(self) -> Generator:
        """The generator that all demo choices come from."""
        return self.book.rng

    @property
    def county(self) -> County:
        """The county of the site."""
        return COUNTIES[self.site.county]

    def seen(self, batch: str, before: str, after: str) -> None:
        """The patches that follow are of this batch, between these two images."""
        self.batch, self.when = batch, (before, after)

    def paper(self, layer: str, geom: Polygon, **fields: Any) -> Paper:
        """Record a ledger row; ``txt`` sends it to a coordinate TXT; its number is made up here."""
        txt = bool(fields.pop("txt", False))
        number = self.book.next()
        fields.setdefault(
            "document", f"示例{LAYER_MARK[layer]}〔{self._year(fields)}〕9{number:05d}号"
        )
        fields.setdefault("source_code", f"DK{number:06d}")
        paper = Paper(layer, self.site.county, geom, fields, txt)
        self.book.papers.append(paper)
        return paper

    def parcel(self, geom: Polygon, **fields: Any) -> None:
        """Record a registered parcel in the holder's name."""
        given = {"holder_name": self.holder.name, "holder_code": self.holder.code}
        self.book.parcels.append(Paper("parcel", self.site.county, geom, given | fields))

    @staticmethod
    def _year(fields: dict[str, Any]) -> str:
        dates = [str(v) for k, v in fields.items() if k.endswith("_on") and v]
        return min(dates)[:4] if dates else "2023"

    def approve(
        self,
        geom: Polygon,
        step: str = "农转用",
        on: str | None = "2022-06-18",
        *,
        txt: bool = False,
        holder: Holder | None = None,
        **fields: Any,
    ) -> Paper:
        """Record an approval of a step, by default in the holder's name."""
        who = holder or self.holder
        given = {
            "step": step,
            "approved_on": on,
            "authority": "示例省人民政府（虚构）",
            "holder_name": who.name,
            "holder_code": who.code,
            "purpose": "工业用地",
            "ownership": "国有",
            "project": f"{who.name}项目",
        }
        return self.paper("approval", geom, txt=txt, **(given | fields))

    def supply(self, geom: Polygon, purpose: str = "工业用地", **fields: Any) -> Paper:
        """Record a supply (出让 by default) in the holder's name."""
        given = {
            "supply_kind": "挂牌出让",
            "contract_on": "2022-11-09",
            "ownership": "国有",
            "purpose": purpose,
            "start_due_on": "2023-05-09",
            "started_on": "2023-04-20",
            "total_yuan": 60_000_000,
            "invested_yuan": 41_000_000,
            "holder_name": self.holder.name,
            "holder_code": self.holder.code,
            "project": f"{self.holder.name}项目",
        }
        return self.paper("supply", geom, **(given | fields))

    def shot(self, geom: Polygon, kind: str, claims: list[Claim], **more: Any) -> Shot:
        """Record a patch; ``named=False`` leaves its holder unknown."""
        holder = self.holder if more.pop("named", True) else None
        shot = Shot(
            self.situation,
            self.batch,
            self.site.county,
            geom,
            kind,
            claims,
            holder,
            visible=more.pop("visible", self.batch not in UNSEEN),
            fields=more.pop("fields", {}),
            before=self.when[0],
            after=self.when[1],
        )
        self.book.shots.append(shot)
        return shot


UNSEEN = ("BU2021Q4", "BU2025Q1")
"""Batches between images that the demo doesn't have."""
LAYER_MARK = {
    "approval": "政地",
    "supply": "让合",
    "temporary": "临地",
    "facility": "设备",
    "lease": "租合",
}


def new_holder(book: Book, county: int) -> Holder:
    """A fresh invented company; its code starts with 99DEMO and fits no real scheme."""
    number = book.next()
    word, trade = WORDS[number % len(WORDS)], TRADES[(number // 5) % len(TRADES)]
    return Holder(
        f"示例{word}{trade}{number}号有限公司", f"99DEMO{COUNTIES[county].code}{number:06d}"
    )
