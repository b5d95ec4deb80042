"""What is done in stability studies. The only writers."""

from apps.stability.services.pulling import pull_unit, report_missed_pulls
from apps.stability.services.studying import begin_study, close_study

__all__ = ["begin_study", "close_study", "pull_unit", "report_missed_pulls"]
