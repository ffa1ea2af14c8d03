"""``python -m imports.demo FOLDER [--size N] [--seed N] [--patches N]`` writes the demo files."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from imports.demo.make import DEFAULT_SIZE, make_files


def main() -> None:
    """Write the files and print what was made."""
    parser = argparse.ArgumentParser(description="写出虚构的示范市数据文件")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=DEFAULT_SIZE, help="地类图斑数（约）")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--patches", type=int, help="监测图斑数（约）")
    parser.add_argument("--no-images", action="store_true", help="不写影像")
    given = parser.parse_args()
    start = time.monotonic()
    made = make_files(
        given.folder, given.size, given.seed, given.patches, images=not given.no_images
    )
    seconds = time.monotonic() - start
    sys.stdout.write(
        f"{len(made.entries)} 项, {made.counts}, 违法占耕比 {made.ratios}, {seconds:.1f} 秒\n"
    )


if __name__ == "__main__":
    main()
