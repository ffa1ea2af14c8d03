"""The invented prefecture 示范市: a seeded generator of the files that offices really hold.

``make_files(folder)`` writes them and returns the ``Manifest`` that says how to bring them in.
本目录生成的一切数据均为虚构。
"""

from imports.demo.make import DEFAULT_SIZE, make_files
from imports.demo.manifest import Entry, Intent, Manifest

__all__ = ["DEFAULT_SIZE", "Entry", "Intent", "Manifest", "make_files"]
