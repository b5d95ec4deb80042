"""Pages of rooms, instruments and the monitoring of the environment."""
