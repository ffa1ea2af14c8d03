"""When two names mean the same holder."""

from __future__ import annotations

import re
import unicodedata


def normalised_name(name: str) -> str:
    """The name as it is compared: half width, upper case, without spaces and brackets' style.

    ``示范 县（一）建设有限公司`` and ``示范县(一)建设有限公司`` are one.
    """
    plain = unicodedata.normalize("NFKC", name).upper()
    plain = re.sub(r"[〔\[【{]", "(", plain)
    plain = re.sub(r"[〕\]】}]", ")", plain)
    return re.sub(r"[\s·•.,。，、_\-]+", "", plain)
