"""The back office under /admin/: who may enter, and one way in and out for the whole site."""

from functools import wraps

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect

from accounts.admin_base import RoleRights
from accounts.models import Area, User


class ChoicesAsTyped(AutocompleteJsonView):
    """What a picker offers while one types; an area with its township and code, for many share a name."""

    def get_queryset(self):
        found = super().get_queryset()
        return found.select_related("parent") if found.model is Area else found

    def serialize_result(self, obj, to_field_name):
        result = super().serialize_result(obj, to_field_name)
        return {**result, "text": obj.full_name} if isinstance(obj, Area) else result


class CountyAdminSite(AdminSite):
    """The role alone decides who enters; staff and superuser flags give nothing."""

    ROLES = frozenset({User.Role.SYSTEM, User.Role.COUNTY, User.Role.AUDITOR})

    site_title = "管理"
    index_title = "数据与账号"
    enable_nav_sidebar = False

    def register(self, model_or_iterable, admin_class=None, **options):
        """Only pages with rights by role: those that libraries bring along go by permission rows and flags."""
        if admin_class is not None and issubclass(admin_class, RoleRights):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self):
        """Without the detour to a row's page by number, which asks nobody whether the row is theirs to see."""
        return [address for address in super().get_urls() if getattr(address, "name", "") != "view_on_site"]

    @property
    def site_header(self):
        return f"{settings.COUNTY_NAME}增收帮扶台账 · 管理"

    def has_permission(self, request):
        return request.user.is_authenticated and request.user.has_role(*self.ROLES)

    def admin_view(self, view, cacheable=False):
        """Signed out: the site's own sign-in form. Signed in with a role that has no business here: 403."""
        inside = super().admin_view(view, cacheable)

        @wraps(inside)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise PermissionDenied
            return inside(request, *args, **kwargs)

        return guarded

    def autocomplete_view(self, request):
        return ChoicesAsTyped.as_view(admin_site=self)(request)

    def login(self, request, extra_context=None):
        return redirect_to_login(request.GET.get("next") or "/admin/")

    def logout(self, request, extra_context=None):
        if request.method == "POST":
            get_adapter(request).logout(request)
            return redirect("account_login")
        return redirect("account_logout")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def password_change_done(self, request, extra_context=None):
        return redirect("account_change_password")
