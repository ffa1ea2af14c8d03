"""Addresses of the API, under /api/."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from spatial.api import BatchViewSet, PatchViewSet, RegionViewSet
from spatial.api_ratios import RatioPiecesView, RatioView

router = SimpleRouter()
router.register("regions", RegionViewSet)
router.register("batches", BatchViewSet)
router.register("patches", PatchViewSet)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("ratios/", RatioView.as_view(), name="api-ratios"),
    path("ratios/pieces/", RatioPiecesView.as_view(), name="api-ratio-pieces"),
    path("", include(router.urls)),
]
