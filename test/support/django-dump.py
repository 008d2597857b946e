"""Prints `dumpdata auth.user` of a Django project whose users have hashes of several kinds.

Arguments: the password, and how many users to make, by turns for each hasher.
"""

import sys

import django
from django.conf import settings

HASHERS = {
    "argon2": "django.contrib.auth.hashers.Argon2PasswordHasher",
    "pbkdf2_sha256": "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "md5": "django.contrib.auth.hashers.MD5PasswordHasher",
}

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    PASSWORD_HASHERS=list(HASHERS.values()),
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402

password, count = sys.argv[1], int(sys.argv[2])
call_command("migrate", verbosity=0)
for number in range(count):
    User.objects.create(
        username=f"django.{number}",
        email=f"django.{number}@Django.example",
        password=make_password(password, hasher=list(HASHERS)[number % len(HASHERS)]),
        is_active=number != 1,
    )
call_command("dumpdata", "auth.user")
