"""Enumerations of a master record. In YAML they are written in lower case; in the database by their value."""

from enum import StrEnum


class Verdict(StrEnum):
    """What a limit says of a value. RECORDED: no limit stands on it. NOT_EVALUABLE: it can't be judged, which holds."""

    PASS = "PASS"  # noqa: S105  (a verdict, no password)
    ALERT = "ALERT"
    ACTION = "ACTION"
    FAIL = "FAIL"
    NOT_EVALUABLE = "NOT_EVALUABLE"
    NOT_DONE = "NOT_DONE"
    RECORDED = "RECORDED"


class ParameterKind(StrEnum):
    """What kind of thing is recorded at a place."""

    NUMBER = "NUMBER"
    CHOICE = "CHOICE"
    YES_NO = "YES_NO"
    INSTANT = "INSTANT"
    DATE = "DATE"
    TEXT = "TEXT"
    FILE = "FILE"
    MATERIAL_LOT = "MATERIAL_LOT"
    EQUIPMENT = "EQUIPMENT"
    VESSEL = "VESSEL"
    COMPUTED = "COMPUTED"


class CheckMode(StrEnum):
    """The second pair of eyes: none, a witness present, a check afterwards, or a machine's proof."""

    NONE = "NONE"
    WITNESS = "WITNESS"
    AFTER = "AFTER"
    MACHINE = "MACHINE"


class RecordMode(StrEnum):
    """ENTRY: attributed, without a secret. PERFORMED: signed by the person who did it."""

    ENTRY = "ENTRY"
    PERFORMED = "PERFORMED"


class SignAt(StrEnum):
    """Whether the step is signed by itself or within the shown list of its section."""

    STEP = "STEP"
    SECTION = "SECTION"


class Comparator(StrEnum):
    """How a number stands to the true value: exactly, below, above, or not detected at all."""

    EXACT = "="
    BELOW = "<"
    ABOVE = ">"
    NOT_DETECTED = "ND"


class Compare(StrEnum):
    """Which value a limit is held against: as obtained, or rounded once to the limit's decimals."""

    RAW = "RAW"
    ROUNDED = "ROUNDED"


class LimitKind(StrEnum):
    """The closed set of limits."""

    RANGE = "RANGE"
    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"
    EQUALS = "EQUALS"
    ONE_OF = "ONE_OF"
    WITHIN_TIME_OF = "WITHIN_TIME_OF"


class StepAct(StrEnum):
    """What a step does besides recording: later stages of the house listen for these words, never for a step's name."""

    LINE_CLEARANCE = "LINE_CLEARANCE"
    PREPARE_REAGENT = "PREPARE_REAGENT"
    DRAW_SAMPLES = "DRAW_SAMPLES"
    FILL_UNITS = "FILL_UNITS"
    PRINT_LABELS = "PRINT_LABELS"
    RECONCILE_LABELS = "RECONCILE_LABELS"
    RECONCILE_UNITS = "RECONCILE_UNITS"
    FREEZE = "FREEZE"
    STORE = "STORE"
    POOL = "POOL"


class VirusMechanism(StrEnum):
    """By what a step inactivates or removes viruses; two steps of one mechanism count as one."""

    SOLVENT_DETERGENT = "SOLVENT_DETERGENT"
    LOW_PH = "LOW_PH"
    FATTY_ACID = "FATTY_ACID"
    HEAT = "HEAT"
    FILTRATION = "FILTRATION"


class VesselAct(StrEnum):
    """What happens to an in-process vessel in a step: it gets its label, is scanned, or ends."""

    OPEN = "OPEN"
    SCAN = "SCAN"
    CLOSE = "CLOSE"


class Environment(StrEnum):
    """The cleanliness grade in which a step is done, and its background."""

    A_IN_B = "A_IN_B"
    A_IN_C = "A_IN_C"
    B = "B"
    C = "C"
    D = "D"
    UNCLASSIFIED = "UNCLASSIFIED"


class Certainty(StrEnum):
    """How well a figure is founded; all but a read source or a read standard are shown as 'site to confirm'."""

    SRC = "SRC"
    STD = "STD"
    STD_WEAK = "STD*"
    STD_RECALLED = "STD†"
    CP = "CP"
    PRAC = "PRAC"
    K = "K"

    @property
    def site_to_confirm(self) -> bool:
        """Whether the site must confirm the figure before it may be called a requirement."""
        return self not in (Certainty.SRC, Certainty.STD)


class Regime(StrEnum):
    """The rule book of the product: decides titles and retention."""

    CELL_PRODUCT = "CELL_PRODUCT"
    TRANSFUSION = "TRANSFUSION"
    PLASMA_DERIVATIVE = "PLASMA_DERIVATIVE"
    GENE_EDITED = "GENE_EDITED"


class ChainOfIdentity(StrEnum):
    """Whether a unit is meant for nobody in particular, for a named recipient, or for its own donor."""

    NONE = "NONE"
    DIRECTED = "DIRECTED"
    AUTOLOGOUS = "AUTOLOGOUS"


class BandColour(StrEnum):
    """The checked palette of product bands; the hues belong to the screens."""

    MSC = "MSC"
    PLASMA = "PLASMA"
    IMMUNOGLOBULIN = "IMMUNOGLOBULIN"
    NKT = "NKT"
    HSC = "HSC"


class Gate(StrEnum):
    """When a test must have passed: before release, after a conditional release, or never (informative)."""

    BEFORE_RELEASE = "BEFORE_RELEASE"
    AFTER_CONDITIONAL_RELEASE = "AFTER_CONDITIONAL_RELEASE"
    INFORMATIVE = "INFORMATIVE"


class TestLevel(StrEnum):
    """Where a test is done: on the cell bank, on the final lot, or on the dose at the point of use."""

    __test__ = False  # not a test class, whatever its name

    BANK = "BANK"
    LOT = "LOT"
    DOSE = "DOSE"


class BankTier(StrEnum):
    """How far a cell bank is from the donor: the first one, the master bank, the working bank made from that."""

    SEED = "SEED"
    MASTER = "MASTER"
    WORKING = "WORKING"


class Mark(StrEnum):
    """Whether a test is required there or informative."""

    REQUIRED = "REQUIRED"
    INFORMATIVE = "INFORMATIVE"


class SampleSource(StrEnum):
    """Where a sample comes from: a step of the batch, a unit of the fill, or a thawed dose."""

    STEP = "STEP"
    UNIT = "UNIT"
    DOSE = "DOSE"


class Reportable(StrEnum):
    """What a method reports of a quantity that was determined more than once: each value, or their mean."""

    EACH = "EACH"
    MEAN = "MEAN"


class ReleaseVerb(StrEnum):
    """The acts that lead from a finished batch to its supply, in their order."""

    APPROVE_COA = "APPROVE_COA"
    REVIEW = "REVIEW"
    CERTIFY = "CERTIFY"
    RELEASE_FOR_SUPPLY = "RELEASE_FOR_SUPPLY"
    REJECT = "REJECT"


class ClockStart(StrEnum):
    """An instant that the record of a unit knows, from which the clock of a storage state may count."""

    COLLECTION = "COLLECTION"
    FILL = "FILL"
    FREEZE = "FREEZE"
    THAW = "THAW"


class Fit(StrEnum):
    """How the group of a unit stands to the group of a patient. UNKNOWN: one of them is not known, which forbids."""

    SAME = "SAME"
    COMPATIBLE = "COMPATIBLE"
    INCOMPATIBLE = "INCOMPATIBLE"
    UNKNOWN = "UNKNOWN"


class ArmBasis(StrEnum):
    """What a dose is counted by: cells in all or per kg of body weight, millilitres or grams per kg."""

    FIXED = "FIXED"
    PER_KG = "PER_KG"
    FIXED_VOLUME = "FIXED_VOLUME"
    VOLUME_PER_KG = "VOLUME_PER_KG"
    MASS_PER_KG = "MASS_PER_KG"


class VersionState(StrEnum):
    """The states of a master record's version."""

    DRAFT = "DRAFT"
    AUTHOR_SIGNED = "AUTHOR_SIGNED"
    APPROVED = "APPROVED"
    RETIRED = "RETIRED"


class VersionVerb(StrEnum):
    """What is decided about a master record."""

    SIGN = "SIGN"
    APPROVE = "APPROVE"
    RETURN = "RETURN"
    RETIRE = "RETIRE"
