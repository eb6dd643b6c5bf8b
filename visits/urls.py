"""Addresses under /visits/."""

from django.urls import path

from visits import views

urlpatterns = [path("<str:number>/<str:month>/", views.visit_page, name="visit")]
