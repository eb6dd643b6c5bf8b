"""Addresses under /reports/."""

from django.urls import path

from reports import views

urlpatterns = [path("", views.report_index, name="report_index")]
