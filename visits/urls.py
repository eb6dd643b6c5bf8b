"""Addresses under /visits/."""

from django.urls import path

from visits.views import day, differences, photos, printing, review, road, visit

urlpatterns = [
    path("", day.visit_list, name="visit_list"),
    path("differences/", differences.difference_list, name="differences"),
    path("outbox/", road.outbox, name="outbox"),
    path("print/", printing.visit_print_many, name="visit_print_many"),
    path("review/", review.visit_review, name="visit_review"),
    path("road/", road.road_pages, name="road_pages"),
    path("session/", road.visit_session, name="visit_session"),
    path("<str:number>/<str:month>/draft/", road.visit_draft, name="visit_draft"),
    path("<str:number>/<str:month>/photos/", photos.visit_photo_add, name="visit_photo_add"),
    path("<str:number>/<str:month>/photos/<int:pk>/", photos.visit_photo, name="visit_photo"),
    path("<str:number>/<str:month>/print/", printing.visit_print, name="visit_print"),
    path("<str:number>/<str:month>/review/", review.visit_decide, name="visit_decide"),
    path("<str:number>/<str:month>/", visit.visit_page, name="visit"),
]
