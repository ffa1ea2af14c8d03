"""Addresses of the pages of imports: /imports/…"""

from django.urls import path

from imports.pages.approval import approval_new
from imports.pages.holders import approval_holders
from imports.pages.version_list import version_list
from imports.pages.versions import version_geojson, version_page
from imports.pages.work import work_page

urlpatterns = [
    path("versions/", version_list, name="versions"),
    path("versions/<int:version_id>/", version_page, name="version"),
    path("versions/<int:version_id>/changes.geojson", version_geojson, name="version_geojson"),
    path("approvals/new/", approval_new, name="approval_new"),
    path("approvals/holders/", approval_holders, name="approval_holders"),
    path("work/<int:job_id>/", work_page, name="work"),
]
