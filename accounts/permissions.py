"""Which roles may open a page.

Signed out → the sign-in form; signed in with another role → 403. What rows a role sees is
not decided here but in each model's ``visible_to``.
"""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django_htmx.http import HttpResponseClientRedirect


def wants_json(request):
    """Whether a script asks, which cannot follow a redirect to a form."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def signed_in(view):
    """Whoever has an account. A partial asked for after the session ended sends the whole page to sign in."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.htmx:
            page = request.htmx.current_url_abs_path or "/"
            return HttpResponseClientRedirect(redirect_to_login(page).url)
        if wants_json(request):
            return JsonResponse({"status": "signed_out"}, status=401)
        return redirect_to_login(request.get_full_path())

    return guarded


def allow(*roles):
    """Only these roles of ``User.Role``."""
    if not roles:
        raise ValueError("allow() names the roles that may pass; for every account use signed_in.")

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.has_role(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return signed_in(guarded)

    return decorate
