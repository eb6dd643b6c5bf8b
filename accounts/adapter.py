"""How allauth behaves here: accounts are opened by the administrator, and signing in is on record."""

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.passwords import is_given_away
from accounts.services import record_event


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; signing in, failing to, signing out and a new password go to the audit trail."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": "登录失败次数过多。请五分钟后再试。",
        "username_password_mismatch": "账号或密码不正确。",
    }

    def is_open_for_signup(self, request):
        return False

    def authenticate(self, request, **credentials):
        """The demo's password is known to everybody: it opens nothing where others can reach the system."""
        user = super().authenticate(request, **credentials)
        if user is not None and is_given_away(credentials.get("password")):
            self.authentication_failed(request, **credentials)
            raise ValidationError(
                "这个账号还是公开的演示密码，不能登录。请系统管理员重置密码；"
                "系统管理员自己的，在服务器上运行 python manage.py changepassword 账号。"
            )
        return user

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
