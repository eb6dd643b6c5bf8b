"""Addresses under /visits/."""

from django.urls import path

from visits import differences, views

urlpatterns = [
    path("differences/", differences.difference_list, name="differences"),
    path("<str:number>/<str:month>/", views.visit_page, name="visit"),
]
