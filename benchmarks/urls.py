"""The site with the bare view beside it."""

from benchmarks.bare_visit import urlpatterns as bare
from sumyuan.urls import urlpatterns as site

urlpatterns = [*bare, *site]
