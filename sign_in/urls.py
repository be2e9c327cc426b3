"""URLs to sign in and to manage credentials, under the names that allauth expects."""

from allauth.account import views as allauth_account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from sign_in import views

# allauth builds the link in the mail from these two parameters.
RESET_KEY = r"^anmelden/passwort/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

urlpatterns = [
    path("konto/", views.account, name="account"),
    path("anmelden/", views.SignInView.as_view(), name="account_login"),
    path(
        # Nobody can sign up (`AccountAdapter`); the page says how to get an account.
        "anmelden/konto-bekommen/",
        views.without_limit_on_reading(allauth_account.signup),
        name="account_signup",
    ),
    path("anmelden/code/", allauth_account.request_login_code, name="account_request_login_code"),
    path(
        "anmelden/code/eingeben/",
        allauth_account.confirm_login_code,
        name="account_confirm_login_code",
    ),
    path("anmelden/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("anmelden/zweiter-faktor/", mfa.authenticate, name="mfa_authenticate"),
    path("anmelden/einladung/<str:token>/", views.invitation, name="account_invitation"),
    path(
        "anmelden/passwort/", views.ForgottenPasswordView.as_view(), name="account_reset_password"
    ),
    path(
        "anmelden/passwort/versandt/",
        allauth_account.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "anmelden/passwort/geaendert/",
        allauth_account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        RESET_KEY,
        views.without_limit_on_reading(allauth_account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("anmelden/gesperrt/", allauth_account.account_inactive, name="account_inactive"),
    path("konto/abmelden/", allauth_account.logout, name="account_logout"),
    path("konto/bestaetigen/", allauth_account.reauthenticate, name="account_reauthenticate"),
    path("konto/bestaetigen/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path(
        "konto/bestaetigen/passkey/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "konto/passwort/",
        views.without_limit_on_reading(allauth_account.password_change),
        name="account_change_password",
    ),
    path(
        "konto/passwort/setzen/",
        views.without_limit_on_reading(allauth_account.password_set),
        name="account_set_password",
    ),
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
