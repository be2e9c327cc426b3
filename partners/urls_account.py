"""Addresses of signing in and of one's own credentials, under the names that allauth expects."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from partners.views import sign_in

RESET_KEY = r"^anmelden/passwort/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

urlpatterns = [
    path("anmelden/", sign_in.SignInView.as_view(), name="account_login"),
    path("anmelden/konto-bekommen/", account.signup, name="account_signup"),
    path("anmelden/code/", account.request_login_code, name="account_request_login_code"),
    path("anmelden/code/eingeben/", account.confirm_login_code, name="account_confirm_login_code"),
    path("anmelden/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("anmelden/zweiter-faktor/", mfa.authenticate, name="mfa_authenticate"),
    path("anmelden/einladung/<str:token>/", sign_in.invitation, name="account_invitation"),
    path(
        "anmelden/passwort/", sign_in.ForgottenPasswordView.as_view(), name="account_reset_password"
    ),
    path(
        "anmelden/passwort/versandt/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "anmelden/passwort/geaendert/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(RESET_KEY, account.password_reset_from_key, name="account_reset_password_from_key"),
    path("anmelden/gesperrt/", account.account_inactive, name="account_inactive"),
    path("konto/abmelden/", account.logout, name="account_logout"),
    path("konto/bestaetigen/", account.reauthenticate, name="account_reauthenticate"),
    path("konto/bestaetigen/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path(
        "konto/bestaetigen/passkey/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("konto/passwort/", account.password_change, name="account_change_password"),
    path("konto/passwort/setzen/", account.password_set, name="account_set_password"),
    path("konto/sicherheit/", mfa.index, name="mfa_index"),
    path("konto/sicherheit/app/einrichten/", totp.activate_totp, name="mfa_activate_totp"),
    path("konto/sicherheit/app/entfernen/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "konto/sicherheit/codes/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "konto/sicherheit/codes/neu/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "konto/sicherheit/codes/laden/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("konto/sicherheit/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("konto/sicherheit/passkeys/neu/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("konto/sicherheit/passkeys/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "konto/sicherheit/passkeys/<int:pk>/entfernen/",
        webauthn.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
]
