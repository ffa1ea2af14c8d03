"""Addresses: design section 9."""

from django.contrib import admin
from django.urls import include, path

from gisland.health import healthz
from gisland.pages.login import LoginPage, LogoutPage

urlpatterns = [
    # people
    path("login/", LoginPage.as_view(), name="login"),
    path("logout/", LogoutPage.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    # pages: "" home, review/, site-check/, ratios/, patches/<id>/, runs/<id>/, campaigns/…
    # imports: imports/
    # casework: cases/, field/, clues/
    # machines
    path("api/", include("spatial.urls")),
    path("healthz", healthz, name="healthz"),
    # tiles: tiles/…, imagery/…
]

handler400 = "gisland.errors.bad_request"
handler403 = "gisland.errors.forbidden"
handler404 = "gisland.errors.not_found"
handler500 = "gisland.errors.failed"
