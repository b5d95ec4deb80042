"""What is read and accepted before one may sign."""

from apps.core.text import N_

DECLARATION = N_(
    "My electronic signature in this system, made with my user name or badge and my password, is meant to be the "
    "legally binding equivalent of my signature by hand. I am accountable for every act signed with it. I keep my "
    "password to myself, I sign only what I have read, and I report at once when I think that somebody else knows my "
    "password."
)
