"""How secrets are stored: Argon2id with the parameters of OWASP's second choice, fast enough for every signature."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: some 25 ms a check, so that a whole batch can be signed without a cached secret."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
