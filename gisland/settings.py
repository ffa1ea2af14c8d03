"""Settings: each is read from the environment beside its default and a sentence."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyogrio
import shapely
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("GISLAND_VAR", BASE_DIR / "var"))
"""Where the private cluster, uploads, imagery and secrets of this machine lie."""

DEBUG = os.environ.get("GISLAND_DEBUG", "") == "1"
DEMO = os.environ.get("GISLAND_DEMO", "") == "1"
"""The invented prefecture is being shown: anonymous reading is allowed, pages say so."""

ALLOWED_HOSTS = os.environ.get("GISLAND_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")


def _secret_key() -> str:
    if key := os.environ.get("GISLAND_SECRET_KEY"):
        return key
    file = VAR_DIR / "secret_key"
    if not file.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50))
    return file.read_text().strip()


SECRET_KEY = _secret_key()


def _wheel_library(module: Any, pattern: str) -> str:
    folder = Path(module.__file__).parent.parent / f"{module.__name__}.libs"
    return str(next(folder.glob(pattern)))


if os.environ.get("GISLAND_GIS_LIBS", "wheel") == "wheel":  # "apt": let Django search
    GDAL_LIBRARY_PATH = _wheel_library(pyogrio, "libgdal*.so*")
    GEOS_LIBRARY_PATH = _wheel_library(shapely, "libgeos_c*.so*")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "leaflet",
    "rest_framework",
    "rest_framework_gis",
    "drf_spectacular",
    "csp",
    "axes",
    "procrastinate.contrib.django",
    "spatial",
    "imports",
    "tiles",
    "gisland.casework",
    "gisland",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "gisland.errors.ErrorMiddleware",
    "axes.middleware.AxesMiddleware",
    "gisland.field_who.FieldMarkMiddleware",
]

ROOT_URLCONF = "gisland.urls"
WSGI_APPLICATION = "gisland.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gisland.context.site",
            ]
        },
    }
]


def _database() -> dict[str, Any]:
    """DATABASE_URL, else the address that bin/demo and bin/test left in var/."""
    url = os.environ.get("DATABASE_URL", "")
    file = VAR_DIR / "database_url"
    if not url and file.exists():
        url = file.read_text().strip()
    parts = urlsplit(url or "postgis://gis@/gis")
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    options: dict[str, Any] = {}
    if role := os.environ.get("GISLAND_DB_ROLE"):  # the web process: not the owner
        options["options"] = f"-c role={role}"
    if os.environ.get("GISLAND_POOL") == "1":
        options["pool"] = {"min_size": 1, "max_size": 6, "timeout": 10}
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": parts.path.lstrip("/") or "gis",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": query.get("port") or parts.port or "",
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 0,
        "OPTIONS": options,
        "TEST": {"NAME": os.environ.get("GISLAND_TEST_DB", "test_gis")},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "spatial.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "gisland/lockout.html"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False
CSRF_FAILURE_VIEW = "gisland.errors.csrf_refused"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "gisland.staticfiles.ModuleManifestStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"
UPLOAD_DIR = VAR_DIR / "uploads"
"""Where files lie that people sent, until they are imported or too old."""
UPLOAD_LIMIT_BYTES = int(os.environ.get("GISLAND_UPLOAD_MIB", "2048")) << 20
"""Largest upload of whoever may import (one file, or a shapefile's parts together)."""
UPLOAD_LIMIT_SMALL_BYTES = 64 << 20
"""Largest upload of anybody else: the outline of a site."""
UPLOAD_DAYS = int(os.environ.get("GISLAND_UPLOAD_DAYS", "14"))
"""Days after which an upload is removed; what was imported is kept with its delivery."""
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",  # up to 2.5 MB
    "imports.upload_handler.CountedUpload",
]
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
EVIDENCE_DIR = VAR_DIR / "evidence"
"""Where originals of photos and documents of cases lie, each under its own hash."""
EVIDENCE_LIMIT_BYTES = int(os.environ.get("GISLAND_EVIDENCE_MIB", "60")) << 20
"""Largest photo or document of a case."""
EVIDENCE_SPARE_BYTES = 1 << 30
"""Room that must be left on the disk before evidence is taken in."""

BASEMAPS_DIR = Path(os.environ.get("GISLAND_BASEMAPS", VAR_DIR / "basemaps"))
"""Archives of base maps (*.mbtiles with png, jpg or webp tiles) that every map offers."""
TIANDITU_KEY = os.environ.get("GISLAND_TIANDITU_KEY", "")
"""With a key for 天地图 the maps offer it, and browsers may fetch its pictures; without one nothing
leaves the intranet."""

LEAFLET_CONFIG = {"TILES": [], "RESET_VIEW": False}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [
            SELF,
            "data:",
            "blob:",
            *(["https://t0.tianditu.gov.cn"] if TIANDITU_KEY else []),
        ],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "font-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("GISLAND_HTTPS", "") == "1"
"""GISLAND_HTTPS=1 where a proxy in front ends TLS: cookies then travel encrypted only."""
if SESSION_COOKIE_SECURE:
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "spatial.api_tokens.HouseTokens",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "gisland.errors.api_problem",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "gisland",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["spatial.api.HasScope"],
    "SCHEMA_PATH_PREFIX": "/api/",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "spatial.api_schema.add_problems",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("GISLAND_LOG", "WARNING")},
}

IMPORT_FILE_BYTES = int(os.environ.get("GISLAND_IMPORT_FILE_BYTES", 4 << 30))
"""The largest vector file or zip that is read, its parts together."""
IMPORT_TEXT_BYTES = int(os.environ.get("GISLAND_IMPORT_TEXT_BYTES", 512 << 20))
"""The largest file of a format that is read as one text: TXT, CSV, DXF, KML, GML."""
ZIP_MEMBERS = int(os.environ.get("GISLAND_ZIP_MEMBERS", 5000))
"""Entries that a zip may have."""
ZIP_BYTES = int(os.environ.get("GISLAND_ZIP_BYTES", 8 << 30))
"""Bytes that a zip may unpack to."""
ZIP_RATIO = int(os.environ.get("GISLAND_ZIP_RATIO", 400))
"""Bytes per packed byte that a zip may unpack to, once it is larger than 64 MiB."""
XLSX_BYTES = int(os.environ.get("GISLAND_XLSX_BYTES", 1 << 30))
"""Bytes that a workbook may unpack to, and the texts of its cells together."""

IMAGE_FILE_BYTES = int(os.environ.get("GISLAND_IMAGE_FILE_BYTES", 32 << 30))
"""The largest image file that is read."""
IMAGE_PIXELS = int(os.environ.get("GISLAND_IMAGE_PIXELS", 4_000_000_000))
"""Pixels that an image may claim: 63,000 each way."""
IMAGE_CACHE_MB = int(os.environ.get("GISLAND_IMAGE_CACHE_MB", 256))
"""Megabytes that GDAL keeps of an image while it is converted; one block may not be larger."""
IMAGE_SECRECY = os.environ.get("GISLAND_IMAGE_SECRECY", "internal")
"""Secrecy of an image that is imported without one: public, internal or secret."""
FONT_FOLDERS = os.environ.get(
    "GISLAND_FONTS", "/usr/share/fonts/opentype/noto:/usr/share/fonts:~/.local/share/fonts"
).split(":")
"""Where Noto CJK is looked for to print reports; the first folder that has it is read."""

SITE_VERTICES = int(os.environ.get("GISLAND_SITE_VERTICES", 50_000))
"""Points that the outline of a site check may have."""
SITE_AREA_M2 = int(os.environ.get("GISLAND_SITE_HA", 10_000)) * 10_000
"""The largest site that is checked while somebody waits."""
SITE_PARCELS = int(os.environ.get("GISLAND_SITE_PARCELS", 500))
"""Parcels that one site may have."""
SITE_CHECK_RATE = os.environ.get("GISLAND_SITE_CHECK_RATE", "60/min")
"""Site checks that one account may ask of the API."""
CLUE_RATE = os.environ.get("GISLAND_CLUE_RATE", "120/min")
"""Clues that one account may report by the API."""

WORKERS = int(os.environ.get("GISLAND_WORKERS", os.cpu_count() or 1))
"""Processes that a run uses; one per core is best."""
