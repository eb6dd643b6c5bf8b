"""Addresses under /visits/."""

from django.urls import path

from visits.views import differences, review, visit

urlpatterns = [
    path("differences/", differences.difference_list, name="differences"),
    path("review/", review.visit_review, name="visit_review"),
    path("<str:number>/<str:month>/review/", review.visit_decide, name="visit_decide"),
    path("<str:number>/<str:month>/", visit.visit_page, name="visit"),
]
