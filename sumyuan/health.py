"""Whether the system can work: asked by whoever watches over it."""

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError


@never_cache
@require_safe
def healthz(request):
    """200 where database and queue answer, else 503; says which of them does."""
    state = {"database": _database_answers(), "queue": _queue_answers()}
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def _database_answers():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _queue_answers():
    """Without a broker jobs run in this process, which answers by answering."""
    if not settings.REDIS_URL:
        return True
    try:
        with current_app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except OperationalError:
        return False
    return True
