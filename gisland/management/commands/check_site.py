"""check_site: what a planned site touches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils import timezone

from gisland.pages import site_report
from gisland.pages.site_told import told_of
from imports import export_log
from imports.deliveries import FileOptions
from imports.site_ground import read_ground
from spatial.errors import GislandError
from spatial.management.console import HouseCommand, a_date, add_json
from spatial.models import Unit, User
from spatial.scope import everything, scope_of
from spatial.site_check.check import Asked, check
from spatial.site_check.purposes import DEFAULT
from spatial.site_check.result import as_json, result

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck


class Command(HouseCommand):
    """Check a file's ground against the control lines of a purpose, and keep the result."""

    help = "选址检查：逐条答一块地涉及哪些管控线、各多少平方米，依据哪个数据版本。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, how to read it, for whom, and what is wanted."""
        parser.add_argument(
            "file", help="界址点 TXT、shp（或其 zip）、GeoJSON、KML、DXF、GPKG、XLSX 坐标表"
        )
        parser.add_argument("--ruleset", default=DEFAULT, help=f"用途（规则集），缺省 {DEFAULT}")
        parser.add_argument("--as-of", metavar="DATE", help="检查日期，缺省今天")
        parser.add_argument("--title", default="", help="项目名称，缺省为文件名")
        parser.add_argument("--region", metavar="CODE", help="行政区代码")
        parser.add_argument("--crs", metavar="EPSG:n", help="坐标系，文件没有写明或写错时")
        parser.add_argument("--encoding", metavar="NAME", help="文字编码，如 GBK")
        parser.add_argument("--sublayer", metavar="NAME", help="文件内的图层")
        who = parser.add_mutually_exclusive_group()
        who.add_argument("--user", metavar="NAME", help="按这个账号的范围查，结果归其单位")
        who.add_argument("--unit", metavar="NAME", help="结果归这个单位；缺省只在命令行可见")
        add_json(parser)
        parser.add_argument("--pdf", metavar="FILE", help="写成 PDF 报告")

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        if options["json"] and options["pdf"]:
            raise GislandError("--json 和 --pdf 只能选一个。")
        user, unit, scope = _who(options)
        path = Path(options["file"])
        ground = read_ground(
            path,
            FileOptions(
                region_code=options["region"], crs=options["crs"], encoding=options["encoding"],
                sublayer=options["sublayer"],
            ),
        )  # fmt: skip
        for note in ground.notes:
            self.say(note)
        site = check(
            ground.parcels,
            Asked(
                options["ruleset"],
                a_date(options["as_of"]) if options["as_of"] else timezone.localdate(),
                title=options["title"] or path.stem,
                source_note=ground.source_note,
                delivered_crs=ground.crs,
                region_code=options["region"],
                notes=ground.notes,
            ),
            scope,
            by=user,
            owner=unit,
        )
        if options["pdf"]:
            _print(site, scope, Path(options["pdf"]), options["user"] or "命令行")
            return
        told = result(site, scope)
        if options["json"]:
            self.print_json(as_json(told))
            return
        for line in lines_of(told):
            self.stdout.write(line)


def _print(site: SiteCheck, scope: Scope, path: Path, by: str) -> None:
    """The extract on paper, on record as every export is."""
    content = site_report.extract(
        told_of(site, scope, QueryDict()), made_on=timezone.localdate(), by=by, address=""
    )
    export_log.write_paper(
        "site", "pdf", str(path), rows=1, asked={"site": site.id}, scope=scope, by=by, user=None
    )
    try:
        path.write_bytes(content)
    except OSError as error:
        raise GislandError(f"写不了 {path}：{error.strerror}。请换一个位置。") from error


def _who(options: dict[str, Any]) -> tuple[User | None, Unit | None, Scope]:
    if options["user"]:
        user = User.objects.select_related("unit").filter(username=options["user"]).first()
        if user is None:
            raise GislandError(f"没有账号 {options['user']}。请核对用户名。")
        return user, None, scope_of(user)
    if options["unit"]:
        unit = Unit.objects.filter(name=options["unit"]).first()
        if unit is None:
            raise GislandError(f"没有单位 {options['unit']}。请核对名称。")
        return None, unit, everything()
    return None, None, everything()


def lines_of(told: dict[str, Any]) -> list[str]:
    """The result as a command prints it."""
    site, purpose = told["site"], told["purpose"]
    lines = [
        f"{told['title']}（{told['code']}，编号 {told['id']}）",
        f"用途 {purpose['title']} {purpose['version']}，检查日期 {told['as_of']}",
        f"面积 {site['area_m2']:,.2f} m²（{site['mu']:,.2f} 亩、{site['ha']:,.4f} ha）",
        f"{len(site['parcels'])} 个地块，{site['county']}，分析 {told['run']}",
        told["summary"]["said"],
        "",
    ]
    for line in told["lines"]:
        lines.append(f"{line['term']}：{line['said']}")
        lines.append(f"    依据 {line['basis']}")
        lines += [
            f"    {one['layer_term']} {one['title']} {one['area_m2']:,.2f} m²"
            for one in line["features"][:5]
        ]
        if (near := line["nearest"]) is not None:
            lines.append(f"    最近 {near['distance_m']} m")
    for name, title in (("land", "地类"), ("owners", "权属"), ("townships", "乡镇")):
        if told[name] is None:
            continue
        lines += ["", f"{title}："]
        lines += [
            f"    {row['term']} {row['area_m2']:,.2f} m²，{row['mu']:,.2f} 亩，{row['share_said']}"
            for row in told[name]["rows"]
        ]
        if told[name]["rest_mu"]:
            lines.append(f"    尾差 {told[name]['rest_mu']} 亩")
    lines += ["", "未查："] + [f"    {one['said']}" for one in told["unchecked"]]
    if told["past"]:
        lines.append("历史图斑：")
        lines += [
            f"    {one['address']} {one['label']}，重叠 {one['common_m2']:,.2f} m²"
            for one in told["past"]
        ]
    return lines
