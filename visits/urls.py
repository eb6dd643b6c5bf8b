"""Addresses under /visits/."""

from django.urls import path

from visits.views import differences, visit

urlpatterns = [
    path("differences/", differences.difference_list, name="differences"),
    path("<str:number>/<str:month>/", visit.visit_page, name="visit"),
]
