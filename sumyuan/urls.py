"""Addresses of the site."""

from allauth.account import views as account_views
from django.contrib import admin
from django.urls import include, path

from reports.desk import desk
from sumyuan.health import healthz
from visits.views import road

urlpatterns = [
    path("", desk, name="desk"),
    path("households/", include("households.urls")),
    path("visits/", include("visits.urls")),
    path("ledger/", include("ledger.urls")),
    path("measures/", include("measures.urls")),
    path("imports/", include("visits.imports.urls")),
    path("reports/", include("reports.urls")),
    path("jobs/", include("jobs.urls")),
    # Only these of allauth: nobody signs up, and the county's administrator resets passwords.
    path("accounts/login/", account_views.login, name="account_login"),
    path("accounts/logout/", account_views.logout, name="account_logout"),
    path("accounts/inactive/", account_views.account_inactive, name="account_inactive"),
    path("accounts/password/", account_views.password_change, name="account_change_password"),
    # A worker serves what lies below its own address, so that it stands at the top.
    path("sw.js", road.service_worker, name="service_worker"),
    path("manifest.webmanifest", road.manifest, name="manifest"),
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
]
