from allauth.account.adapter import DefaultAccountAdapter


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by the county's administrator; nobody signs up."""

    def is_open_for_signup(self, request):
        return False
