"""How allauth behaves here: accounts are opened by the administrator, and signing in is on record."""

from allauth.account.adapter import DefaultAccountAdapter

from accounts.models import User
from accounts.services import record_event


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; signing in, failing to, signing out and a new password go to the audit trail."""

    def is_open_for_signup(self, request):
        return False

    def login(self, request, user):
        super().login(request, user)
        record_event(user=user, action="登录")

    def logout(self, request):
        record_event(user=request.user, action="退出登录")
        super().logout(request)

    def authentication_failed(self, request, **credentials):
        # What was typed may be a password in the wrong field: only a name that exists is kept.
        user = User.objects.filter(username=credentials.get("username", "")).first()
        record_event(user=None, action="登录失败", subject=user.username if user else "没有这个账号")

    def set_password(self, user, password):
        super().set_password(user, password)
        record_event(user=user, action="修改密码")
