"""Addresses of the pages of imports: /imports/…"""

from django.urls import path

from imports.pages.delivery import delivery_issues, delivery_page
from imports.pages.jobs import job_state, job_stop
from imports.pages.listing import import_list
from imports.pages.upload import import_upload, import_upload_drop

urlpatterns = [
    path("", import_list, name="imports"),
    path("uploads/<uuid:token>/", import_upload, name="import_upload"),
    path("uploads/<uuid:token>/drop/", import_upload_drop, name="import_upload_drop"),
    path("jobs/<int:job_id>.json", job_state, name="job"),
    path("jobs/<int:job_id>/stop/", job_stop, name="job_stop"),
    path("<int:delivery_id>/", delivery_page, name="delivery"),
    path("<int:delivery_id>/issues.<str:form>", delivery_issues, name="delivery_issues"),
]
