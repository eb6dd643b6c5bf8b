"""Addresses under /visits/."""

from django.urls import path

from visits.views import visit

urlpatterns = [path("<str:number>/<str:month>/", visit.visit_page, name="visit")]
