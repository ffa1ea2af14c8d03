"""Static files: hashed names, also inside ES-module imports."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Manifest storage that rewrites ``import`` paths in plain ES modules."""

    support_js_module_import_aggregation = True
    manifest_strict = False
