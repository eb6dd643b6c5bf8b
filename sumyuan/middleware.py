"""What every request passes through."""

from django.core.exceptions import BadRequest


class ReadableAddressMiddleware:
    """Refuses an address that holds a NUL: no name has one, and PostgreSQL fails on it deep within a query."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return self.get_response(request)
