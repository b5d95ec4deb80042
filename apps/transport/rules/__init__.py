"""Rules of transport: pure. Files of loggers, and what may be shipped, handed over and accepted."""
