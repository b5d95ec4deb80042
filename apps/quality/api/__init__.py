"""Quality for programs: holds, events, deviations, corrective and preventive actions."""
