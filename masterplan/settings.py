"""Settings of the portal. Every value that differs between installations comes from the
environment.

`.env.example` lists them all. If a value without a safe default is missing, the start fails with a
sentence that says what to do.
"""

import sys
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
DEMO_PASSWORD = "masterplan"  # shared by the demo accounts, which cannot sign in outside a demo
TESTING = "pytest" in sys.modules
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))


def read_secret_key() -> str:
    """Return SECRET_KEY, or the key that `make run` generated into VAR_DIR."""
    if key := env("SECRET_KEY", default=""):
        return key
    key_file = Path(env("SECRET_KEY_FILE", default=str(VAR_DIR / "secret_key")))
    if key_file.exists():
        return key_file.read_text().strip()
    raise ImproperlyConfigured(
        "SECRET_KEY is missing. Set it in the environment or in .env to 50 random characters, "
        "for example from `python -c 'import secrets; print(secrets.token_urlsafe(50))'`; "
        "`make run` makes one by itself."
    )


SECRET_KEY = read_secret_key()

# Addresses
PORT = env.int("PORT", 8000)
SITE_URL = env("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = SITE_URL.startswith("https://")
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
# Number of proxies in front of the portal, for rate limits by IP address
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 12
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

# The office and the head of the department
HEAD_TITLE = env("HEAD_TITLE", default="Senatorin")
HEAD_TITLE_GENITIVE = env("HEAD_TITLE_GENITIVE", default="der " + HEAD_TITLE)
PORTAL_NAME = env("PORTAL_NAME", default="Masterplan Industriestadt Berlin")
OFFICE_EMAIL = env("OFFICE_EMAIL", default="geschaeftsstelle@example.org")
OFFICE_NAME = env("OFFICE_NAME", default="Geschäftsstelle Masterplan Industriestadt Berlin")
OFFICE_ADDRESS = env("OFFICE_ADDRESS", default="Martin-Luther-Straße 105, 10825 Berlin")
OFFICE_PHONE = env("OFFICE_PHONE", default="")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
    "django_filters",
    "django_htmx",
    "simple_history",
    "core",
    "outbox",
    "partners",
    "operations",
    "reminders",
    "sign_in",
    "accessibility",
    "approvals",
    "measures",
    "dialogues",
    "media_visits",
    "overview",
    "demo",
    "masterplan",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.MethodsMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # Django pads responses at random against BREACH
    "csp.middleware.CSPMiddleware",
    "core.middleware.FormBodyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.PrivatePagesMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "core.middleware.DuplicateSubmissionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "core.middleware.FormAddressMiddleware",
]

ROOT_URLCONF = "masterplan.urls"
WSGI_APPLICATION = "masterplan.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "masterplan.navigation.shell",
            ],
            "builtins": [
                "core.templatetags.components",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
        },
    },
]

# Database. SQLite needs IMMEDIATE transactions and a long timeout to take many writers.
DATABASE_URL = env("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # PostgreSQL would compile large statements first, which takes 50 times as long as running them.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache: allauth's rate limits, duplicate submissions and the figures of the start page
REDIS_URL = env("REDIS_URL", default="")
if REDIS_URL:
    _shared = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    CACHES = {"default": _shared, "progress": _shared}
else:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        # How far a worker is with long work, which the web server reads in another process
        "progress": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(VAR_DIR / "progress"),
        },
    }

# Celery: the database is the truth, a task message is only a hint
CELERY_BROKER_URL = env("BROKER_URL", default=REDIS_URL or "filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem"):
    BROKER_DIR = VAR_DIR / "broker"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Europe/Berlin"
CELERY_DB_REUSE_MAX = 200
# Seconds without a task after which a worker exits, to be restarted
WORKER_SILENT_SECONDS = env.int("WORKER_SILENT_SECONDS", 300)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULER = "operations.heartbeat:PortalScheduler"
REMINDER_HOURS = (7, 11)  # first and last run of the day
CELERY_BEAT_SCHEDULE: dict = {
    "heartbeat": {"task": "operations.tasks.heartbeat", "schedule": 60, "options": {"expires": 55}},
    # Hourly in the morning: a later run makes up for a missed one, and nobody is reminded twice.
    "remind": {
        "task": "reminders.tasks.remind",
        "schedule": crontab(minute=0, hour="{}-{}".format(*REMINDER_HOURS)),
    },
    # Does nothing outside office hours (`dialogues.queries.waiting.is_offer_time`).
    "tend-waiting-lists": {
        "task": "dialogues.tasks.tend_waiting_lists",
        "schedule": 60,
        "options": {"expires": 55},
    },
    "sweep-editions": {
        "task": "measures.tasks.sweep_editions",
        "schedule": 120,
        "options": {"expires": 115},
    },
    "sweep-imports": {
        "task": "measures.tasks.sweep_imports",
        "schedule": 60,
        "options": {"expires": 55},
    },
    "tidy-mails": {"task": "outbox.tasks.tidy", "schedule": crontab(minute=30, hour=3)},
    "tidy-people": {"task": "partners.tasks.tidy", "schedule": crontab(minute=45, hour=3)},
}

# Months after their last matter until the data of people without a function is deleted
PERSONAL_DATA_MONTHS = env.int("PERSONAL_DATA_MONTHS", 12)
if PERSONAL_DATA_MONTHS < 1:
    raise ImproperlyConfigured("PERSONAL_DATA_MONTHS must be at least 1.")

# Mail: `folder://` writes .eml files and needs no server; `smtp://user:password@host:587/?tls=1`
# sends.
MAIL_URL = env("MAIL_URL", default="folder://")
MAIL_FOLDER = Path(env("MAIL_FOLDER", default=str(VAR_DIR / "mail")))
MAIL_FROM = env("MAIL_FROM", default=OFFICE_EMAIL)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
MAIL_TIMEOUT = env.int("MAIL_TIMEOUT", 30)  # seconds the mail server may take for one answer
# Seconds the server may take to accept a whole message: many scan it first
MAIL_END_TIMEOUT = env.int("MAIL_END_TIMEOUT", 120)
MAIL_CONNECTIONS = env.int("MAIL_CONNECTIONS", 3)  # at a time, over all workers
# Seconds until the connection of a dead worker is free again
MAIL_SLOT_SECONDS = env.int("MAIL_SLOT_SECONDS", 180)
# Seconds with fewer connections after the server asked for that (432)
MAIL_THROTTLE_SECONDS = env.int("MAIL_THROTTLE_SECONDS", 600)
# Mails in any 60 seconds; 0: no limit. Account mail is exempt.
MAIL_PER_MINUTE = env.int("MAIL_PER_MINUTE", 0)
MAIL_BATCH_SIZE = env.int("MAIL_BATCH_SIZE", 50)  # mails that one worker claims at a time
MAIL_LEASE_SECONDS = env.int("MAIL_LEASE_SECONDS", 600)  # until a claimed mail is released
MAIL_SWEEP_SECONDS = env.int("MAIL_SWEEP_SECONDS", 60)
# Seconds before each further attempt
MAIL_BACKOFF = env.list("MAIL_BACKOFF", int, [60, 300, 900, 3600, 10_800, 21_600])
# Attempts after which a mail that the server keeps deferring fails
MAIL_MAX_ATTEMPTS = env.int("MAIL_MAX_ATTEMPTS", 8)
# Notices to one person within these minutes become one mail, as do confirmations of a guest's
# replies; 0: no bundling
MAIL_BUNDLE_MINUTES = env.int("MAIL_BUNDLE_MINUTES", 10)
MAIL_MAX_KB = env.int("MAIL_MAX_KB", 1024)  # a larger mail is refused when it is written
# Days until the text of a mail is removed; the record that it was sent stays
MAIL_BODY_DAYS = env.int("MAIL_BODY_DAYS", 180)
MAIL_EXPIRES_HOURS = env.int("MAIL_EXPIRES_HOURS", 72)
MAIL_ACCOUNT_EXPIRES_HOURS = env.int("MAIL_ACCOUNT_EXPIRES_HOURS", 2)
CELERY_BEAT_SCHEDULE["sweep-mails"] = {
    "task": "outbox.tasks.sweep",
    "schedule": MAIL_SWEEP_SECONDS,
    "options": {"expires": max(MAIL_SWEEP_SECONDS - 5, 10)},
}

# Accounts
AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = ["sign_in.adapters.AccountBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "sign_in.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # seconds; mail may take a while
ACCOUNT_SESSION_REMEMBER = False
# allauth's own also writes a copy of the account's address, even when somebody opens a wrong link.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
ACCOUNT_FORMS = {
    "login": "sign_in.forms.LoginForm",
    "request_login_code": "sign_in.forms.RequestCodeForm",
    "confirm_login_code": "sign_in.forms.ConfirmCodeForm",
    "reset_password": "sign_in.forms.ResetForm",
    "reset_password_from_key": "sign_in.forms.ResetKeyForm",
    "change_password": "sign_in.forms.ChangePasswordForm",
    "set_password": "sign_in.forms.FirstPasswordForm",
    "reauthenticate": "sign_in.forms.ReauthenticateForm",
}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {  # on top of allauth's own
    "report_barrier": "5/h/ip",
    # Off, because it counts successful sign-ins too, and a whole office shares one address. Failed
    # ones are limited by `login_failed`.
    "login": "",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = PORTAL_NAME
# Accounts come by invitation to their address, and there is no page to verify it once more. Without
# this, a password reset that anybody requests would keep the account from a second factor.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE_URL.startswith("http://localhost")

# Language and time
LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Berlin"
USE_I18N = USE_TZ = True
FIRST_DAY_OF_WEEK = 1

# Files of the front end: own ones from static/, third-party ones by name from node_modules
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "core.staticfiles.UsableAppFinder",
    "core.staticfiles.NpmFinder",
]
WHITENOISE_ALLOW_ALL_ORIGINS = (
    False  # nobody else uses them, and each header travels with each file
)
FONT_DIR = VAR_DIR / "fonts"  # Fira Sans as documents need it, unpacked from node_modules
# Uploaded files: never served directly, only handed out by views
MEDIA_ROOT = VAR_DIR / "media"
ATTACHMENT_MAX_MB = env.int("ATTACHMENT_MAX_MB", 15)  # all attachments of one submission together
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "core.staticfiles.PortalManifestStorage"
    },
}
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "kern"
FORM_RENDERER = "core.forms.rendering.FormRenderer"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Content security policy: nothing but our own files; KERN's icons are data: images.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

# Logs: to stderr, one line per event, nothing personal
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {
        "without_tokens": {"()": "core.logs.HideTokens"},
        "short_refusals": {"()": "core.logs.ShortenRefusals"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_tokens", "short_refusals"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="WARNING")},
}

# W008: the proxy redirects to HTTPS. W005, W021: the portal cannot speak for other subdomains.
# W019: the preview of a mail is shown in a frame of its own pages. Without HTTPS, the HTTPS checks
# do not apply.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W019", "security.W021"]
if not HTTPS:
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W012", "security.W016"]
