"""Addresses of the tiles: /tiles/… and /imagery/…"""

from django.urls import path

from tiles import basemap_views, identify, imagery_views, views

urlpatterns = [
    path("tiles/", views.index, name="tile-layers"),
    path("tiles/identify", identify.identify, name="identify"),
    path("tiles/<str:layer>/<str:version>.json", views.tilejson, name="tilejson"),
    path("tiles/<str:layer>/<str:version>/<int:z>/<int:x>/<int:y>.mvt", views.mvt, name="mvt"),
    path("basemaps/<str:name>/<int:z>/<int:x>/<int:y>", basemap_views.basemap, name="basemap"),
    path("imagery/", imagery_views.images, name="images"),
    path(
        "imagery/<int:image_id>/<int:z>/<int:x>/<int:y>.webp",
        imagery_views.picture,
        name="imagery-tile",
    ),
]
