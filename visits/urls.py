"""Addresses under /visits/."""

from django.urls import path

from visits.views import day, differences, printing, review, visit

urlpatterns = [
    path("", day.visit_list, name="visit_list"),
    path("print/", printing.visit_print_many, name="visit_print_many"),
    path("differences/", differences.difference_list, name="differences"),
    path("<str:number>/<str:month>/print/", printing.visit_print, name="visit_print"),
    path("review/", review.visit_review, name="visit_review"),
    path("<str:number>/<str:month>/review/", review.visit_decide, name="visit_decide"),
    path("<str:number>/<str:month>/", visit.visit_page, name="visit"),
]
