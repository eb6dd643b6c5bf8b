"""Addresses under /households/."""

from django.urls import path

from households import views

urlpatterns = [
    path("", views.household_list, name="household_list"),
    path("search/", views.household_search, name="household_search"),
    path("export/", views.household_export, name="household_export"),
    path("<str:number>/", views.household_file, name="household"),
]
