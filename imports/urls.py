"""Addresses of the pages of imports: /imports/…"""

from django.urls import path

from imports.pages.approval import approval_new
from imports.pages.delivery import delivery_issues, delivery_page
from imports.pages.detect import import_detect
from imports.pages.holders import approval_holders
from imports.pages.jobs import job_state, job_stop
from imports.pages.listing import import_list
from imports.pages.upload import import_upload, import_upload_drop
from imports.pages.version_list import version_list
from imports.pages.versions import version_geojson, version_page
from imports.pages.work import work_page

urlpatterns = [
    path("", import_list, name="imports"),
    path("uploads/<uuid:token>/", import_upload, name="import_upload"),
    path("uploads/<uuid:token>/drop/", import_upload_drop, name="import_upload_drop"),
    path("jobs/<int:job_id>.json", job_state, name="job"),
    path("jobs/<int:job_id>/stop/", job_stop, name="job_stop"),
    path("<int:delivery_id>/", delivery_page, name="delivery"),
    path("<int:delivery_id>/issues.<str:form>", delivery_issues, name="delivery_issues"),
    path("versions/", version_list, name="versions"),
    path("versions/<int:version_id>/", version_page, name="version"),
    path("versions/<int:version_id>/changes.geojson", version_geojson, name="version_geojson"),
    path("approvals/new/", approval_new, name="approval_new"),
    path("approvals/holders/", approval_holders, name="approval_holders"),
    path("detect/", import_detect, name="import_detect"),
    path("jobs/<int:job_id>/", work_page, name="work"),
]
