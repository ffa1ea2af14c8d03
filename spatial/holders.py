"""When two names mean the same holder or project, and two numbers the same paper. 归一

Keys are computed here alone; statements compare what is stored, letter by letter.
"""

from __future__ import annotations

import re
import unicodedata

HOLDER_LENGTH = 200
PROJECT_LENGTH = 254
NUMBER_LENGTH = 120
PROJECT_CODE_LENGTH = 60

INVISIBLE = "[\\s\u00ad\u200b-\u200f\u2060\ufeff]+"
"""Spaces, and marks that copying brings along and nobody sees."""

DASHES = "[\u2010-\u2015\u2212\u2500~]"
CODE = re.compile(r"[0-9A-Z]{18}|[0-9A-Z]{8}[0-9X]|[0-9]{15}")
"""统一社会信用代码 or 身份证号 (18), 组织机构代码 (9), 营业执照号 (15)."""

NOBODY = {"", "/", "\\", "无", "暂无", "不详", "未知", "不明", "待查", "待定", "待核", "待核实"}
"""What offices write where they know no holder; two patches of nobody are not of one holder."""


def normalised_name(name: str) -> str:
    """The name as it is compared: half width, upper case, without spaces and brackets' style.

    ``示范 县（一）建设有限公司`` and ``示范县(一)建设有限公司`` are one; ``1-2组`` and ``12组`` are
    not: what stands between two digits is kept as a hyphen.
    """
    plain = re.sub(r"[·•.,。，、_\-]+", "-", _plain(name))
    return re.sub(r"(?<![0-9])-|-(?![0-9])", "", plain)


def holder_key(name: str) -> str:
    """A holder's name as it is compared, or nothing where the name says that none is known."""
    found = normalised_name(name)[:HOLDER_LENGTH]
    return "" if found in NOBODY else found


def project_key(name: str) -> str:
    """A project's name as it is compared, or nothing where the name says that there is none."""
    found = normalised_name(name)[:PROJECT_LENGTH]
    return "" if found in NOBODY else found


def paper_key(number: str) -> str:
    """A 文号 as it is compared: width, case, spaces and the style of brackets and dashes gone.

    ``苏政地〔2024〕12号``, ``苏政地 [2024]12号``, ``苏政地【２０２４】12号`` are one paper; 第 and
    号 count, and so does every hyphen: ``HT-1-12`` isn't ``HT-11-2``.
    """
    return _plain(number)[:NUMBER_LENGTH]


def holder_code(told: str) -> str:
    """A code by which a holder can be known, or nothing: ``无``, ``/`` and 000000000 are none."""
    plain = _plain(told).replace("-", "")
    return plain if CODE.fullmatch(plain) and len(set(plain)) > 1 else ""


def project_code(told: str) -> str:
    """A project's code as it is compared, or nothing where the text has no digit in it."""
    plain = _plain(told)[:PROJECT_CODE_LENGTH]
    return plain if re.search(r"[1-9]", plain) else ""


def _plain(text: str) -> str:
    """Half width, upper case, no spaces, one style of brackets and dashes."""
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = re.sub(INVISIBLE, "", plain)
    plain = re.sub(DASHES, "-", plain)
    plain = re.sub(r"[〔\[【{《<〈「『]", "(", plain)
    return re.sub(r"[〕\]】}》>〉」』]", ")", plain)
