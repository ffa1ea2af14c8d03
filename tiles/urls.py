"""Addresses of the tiles: /tiles/… and /imagery/…"""

from django.urls import path

from tiles import identify, imagery_views, views

urlpatterns = [
    path("tiles/", views.index, name="tile-layers"),
    path("tiles/identify", identify.identify, name="identify"),
    path("tiles/<str:layer>/<str:version>.json", views.tilejson, name="tilejson"),
    path("tiles/<str:layer>/<str:version>/<int:z>/<int:x>/<int:y>.mvt", views.mvt, name="mvt"),
    path("imagery/", imagery_views.images, name="images"),
    path(
        "imagery/<int:image_id>/<int:z>/<int:x>/<int:y>.webp",
        imagery_views.picture,
        name="imagery-tile",
    ),
]
