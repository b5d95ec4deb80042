"""Runs a module of this folder in a process of its own, with Django set up before anything of ours is imported.

python -m tests.benchmarks.setting_up on_database FILE
"""

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    import_module(f"tests.benchmarks.{sys.argv.pop(1)}").main()
