"""Every table of states, in the order in which the documents print them."""

from registry.domain.code_break import CODE_BREAK
from registry.domain.coding import CODING
from registry.domain.double_entry import DOUBLE_ENTRY
from registry.domain.enrolment import ENROLMENT
from registry.domain.extract_states import EXTRACT
from registry.domain.laboratory_alert import LABORATORY_ALERT
from registry.domain.locks import LOCK
from registry.domain.protocol_deviations import PROTOCOL_DEVIATION
from registry.domain.queries import DATA_QUERY
from registry.domain.randomisation_lists import RANDOMISATION_LIST
from registry.domain.reporting_clocks import REPORTING_CLOCK
from registry.domain.review import SOURCE_VERIFICATION
from registry.domain.special_interest_candidate import SPECIAL_INTEREST_CANDIDATE
from registry.domain.transitions import States
from registry.domain.visits import VISIT

STATE_TABLES: tuple[States, ...] = (
    ENROLMENT,
    VISIT,
    RANDOMISATION_LIST,
    PROTOCOL_DEVIATION,
    CODE_BREAK,
    SOURCE_VERIFICATION,
    LOCK,
    DATA_QUERY,
    DOUBLE_ENTRY,
    CODING,
    REPORTING_CLOCK,
    LABORATORY_ALERT,
    SPECIAL_INTEREST_CANDIDATE,
    EXTRACT,
)
