"""Rules of dosing: pure, one family a file, each short enough to be printed in a validation document."""
