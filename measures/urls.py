"""Addresses under /measures/."""

from django.urls import path

from measures import views

urlpatterns = [
    path("", views.measure_list, name="measure_list"),
    path("export/", views.measure_export, name="measure_export"),
    path("catalogue/", views.measure_catalogue, name="measure_catalogue"),
    path("assign/", views.measure_assign, name="measure_assign"),
]
