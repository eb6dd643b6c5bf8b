"""Addresses under /imports/."""

from django.urls import path

from visits.imports import views

urlpatterns = [
    path("", views.import_index, name="import_index"),
    path("checks/<uuid:pk>/", views.import_check, name="import_check"),
    path("checks/<uuid:pk>/confirm/", views.import_confirm, name="import_confirm"),
    path("<slug:kind>/", views.import_upload, name="import_upload"),
    path("<slug:kind>/template.xlsx", views.import_template, name="import_template"),
]
