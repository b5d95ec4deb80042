"""What each verb of a story means at the API."""

from collections.abc import Mapping

from tests.journeys.api_player import ApiVerb
from tests.journeys.verbs import batch, decisions, disposal, laboratory, site, store, supply, treatment

VERBS: Mapping[str, ApiVerb] = {
    **site.VERBS,
    **batch.VERBS,
    **laboratory.VERBS,
    **decisions.VERBS,
    **disposal.VERBS,
    **store.VERBS,
    **treatment.VERBS,
    **supply.VERBS,
}
