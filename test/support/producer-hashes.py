"""Prints [producer, hash] pairs of the password given, as JSON, made by Django and passlib."""

import json
import sys

import django
from django.conf import settings
from passlib.hash import argon2, bcrypt, pbkdf2_sha1, pbkdf2_sha256, pbkdf2_sha512, scrypt
from passlib.hash import bcrypt_sha256, ldap_md5, ldap_salted_md5, ldap_salted_sha1, ldap_salted_sha256
from passlib.hash import ldap_salted_sha512, ldap_sha1, sha256_crypt, sha512_crypt

password = sys.argv[1]
DJANGO = "PBKDF2 PBKDF2SHA1 Argon2 BCryptSHA256 BCrypt MD5 SHA1 UnsaltedSHA1".split()
settings.configure(PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{name}PasswordHasher" for name in DJANGO])
django.setup()

from django.contrib.auth.hashers import get_hashers  # noqa: E402

pairs = []
for hasher in get_hashers():
    hasher.rounds = 4  # of bcrypt
    hasher.iterations = 1000
    hasher.memory_cost = 1024
    pairs.append([f"Django {hasher.algorithm}", hasher.encode(password, hasher.salt())])
PASSLIB = {
    "bcrypt": bcrypt.using(rounds=4),
    "pbkdf2_sha1": pbkdf2_sha1.using(rounds=1000),
    "pbkdf2_sha256": pbkdf2_sha256.using(rounds=1000),
    "pbkdf2_sha512": pbkdf2_sha512.using(rounds=1000),
    "scrypt": scrypt.using(rounds=10),
    "argon2i": argon2.using(type="I", memory_cost=1024, rounds=1),
    "argon2d": argon2.using(type="D", memory_cost=1024, rounds=1),
    "argon2id": argon2.using(type="ID", memory_cost=1024, rounds=1),
    "sha256_crypt": sha256_crypt.using(rounds=1000),
    "sha512_crypt": sha512_crypt.using(rounds=5000),
    "bcrypt_sha256": bcrypt_sha256.using(rounds=4),
    "bcrypt_sha256 1": bcrypt_sha256.using(rounds=4, version=1),
}
LDAP = [ldap_md5, ldap_sha1, ldap_salted_md5, ldap_salted_sha1, ldap_salted_sha256, ldap_salted_sha512]
PASSLIB.update({scheme.name: scheme for scheme in LDAP})
pairs += [[f"passlib {name}", scheme.hash(password)] for name, scheme in PASSLIB.items()]
print(json.dumps(pairs))
