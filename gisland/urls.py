"""Addresses: design section 9."""

from django.contrib import admin
from django.urls import include, path

from gisland.health import healthz
from gisland.pages.home import home
from gisland.pages.login import LoginPage, LogoutPage
from gisland.pages.patches import patch_list, patch_page
from gisland.pages.runs import run_list, run_page

urlpatterns = [
    # people
    path("login/", LoginPage.as_view(), name="login"),
    path("logout/", LogoutPage.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    # pages
    path("", home, name="home"),
    path("patches/", patch_list, name="patches"),
    path("patches/<int:patch_id>/", patch_page, name="patch"),
    path("runs/", run_list, name="runs"),
    path("runs/<int:run_id>/", run_page, name="run"),
    path("imports/", include("imports.urls")),
    # casework: cases/, field/, clues/
    # machines
    path("api/", include("spatial.urls")),
    path("healthz", healthz, name="healthz"),
    path("", include("tiles.urls")),
]

handler400 = "gisland.errors.bad_request"
handler403 = "gisland.errors.forbidden"
handler404 = "gisland.errors.not_found"
handler500 = "gisland.errors.failed"
