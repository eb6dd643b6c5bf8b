from django.urls import path

from jobs import views

urlpatterns = [
    path("", views.job_list, name="job_list"),
    path("<uuid:pk>/", views.job, name="job"),
    path("<uuid:pk>/restart/", views.job_restart, name="job_restart"),
    path("<uuid:pk>/file/", views.job_file, name="job_file"),
]
