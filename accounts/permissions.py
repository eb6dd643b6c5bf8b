"""Which roles may open a page.

Signed out → the sign-in form; signed in with another role → 403. What rows a role sees is
not decided here but in each model's ``visible_to``.
"""

from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django_htmx.http import HttpResponseClientRedirect


def wants_json(request):
    """Whether a script asks, which cannot follow a redirect to a form."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def told_in_json(view):
    """What a script may not have or cannot find is told it in JSON, so that it need not try again.

    A page of the same status means something else: that the form's token was not accepted, for one.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except (PermissionDenied, Http404) as refusal:
            if not wants_json(request):
                raise
            if isinstance(refusal, PermissionDenied):
                return JsonResponse({"status": "forbidden", "message": "您的账号不能做这件事。"}, status=403)
            return JsonResponse({"status": "missing", "message": "没有找到，或者不在您的范围里。"}, status=404)

    return guarded


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
