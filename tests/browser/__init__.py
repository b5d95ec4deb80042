"""People at their tablets and desks: real servers, real Chromium, clicks and keys."""
