"""Static files: hashed names, also inside ES-module imports."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Manifest storage that rewrites ``import`` paths in plain ES modules."""

    support_js_module_import_aggregation = True
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The hashed name; the plain one before the first ``collectstatic``, so pages render."""
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
