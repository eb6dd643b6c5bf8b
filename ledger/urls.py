"""Addresses under /ledger/."""

from django.urls import path

from ledger import views

urlpatterns = [
    path("", views.ledger_index, name="ledger_index"),
    path("<int:year>/", views.ledger_year, name="ledger_year"),
    path("<int:year>/household/<str:number>/", views.ledger_household, name="ledger_household"),
    path("<int:year>/<slug:code>/", views.ledger_area, name="ledger_area"),
    path("<int:year>/<slug:code>/rebuild/", views.ledger_rebuild, name="ledger_rebuild"),
    path("<int:year>/<slug:code>/check/", views.ledger_check, name="ledger_check"),
]
