"""manage.py messages: gather every sentence for translation, also those that the pure layers mark with N_."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """makemessages with our keyword, and without guesses: a changed sentence is translated anew."""

    help = "Gather the sentences of the pages and rules into locale/zh_Hans; then translate, then `make docs`."
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=N_", "--sort-output"]
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching", "--sort-output"]
    msgattrib_options = ["--no-obsolete", "--sort-output"]

    def handle(self, *args: object, **options: object) -> None:
        """All of the project, one language, one line per sentence, no line numbers that change with every edit."""
        ignored = [".venv", "var", "tests", "node_modules", "*.txt"]
        super().handle(
            *args,
            **options
            | {
                "locale": ["zh_Hans"],
                "ignore_patterns": ignored,
                "no_location": True,
                "no_wrap": True,
                "keep_pot": False,
            },
        )
